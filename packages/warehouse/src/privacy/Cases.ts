import type * as Table from "@sluice/core/relation/Table"

/** A table with one row for each person, and its quasi-identifiers and sensitive attributes. */
export interface People {
  readonly table: Table.Any
  readonly quasi: ReadonlyArray<string>
  readonly sensitive: ReadonlyArray<string>
  /** If a setting merges rare values: a value that fewer people have is rare. */
  readonly least: number
}

/** One comparison of people: by some columns, some of them made coarser. */
export interface Case {
  readonly about: string
  readonly columns: ReadonlyArray<string>
  readonly coarser?: ReadonlyArray<string>
}

/** Two cases with the same key compare people in the same way. */
export const keyOf = ({ coarser = [], columns }: Omit<Case, "about">): string => JSON.stringify([columns, coarser])

/**
 * Each column alone, all but each, those that are known together, and all with each sensitive attribute that can be made
 * coarser, since its values distinguish nearly as many people.
 */
export const subsets = (people: People): ReadonlyArray<Case> => {
  const { quasi, sensitive, table } = people
  return [
    ...quasi.map((column) => ({ about: `only ${column}`, columns: [column] })),
    ...quasi.map((left) => ({ about: `all but ${left}`, columns: quasi.filter((column) => column !== left) })),
    ...table.knownTogether.map((columns) => ({ about: `only ${columns.join(", ")}`, columns })),
    ...sensitive.flatMap((column) =>
      table.columns[column]?.generalisation === undefined
        ? []
        : [{ about: `all, and ${column}`, columns: [...quasi, column] }]
    )
  ]
}

/**
 * The stored rows, and the rows under each setting of the generalisation; a setting in force changes nothing. `mayChange` are
 * the columns with rare values among those that can be merged.
 */
export const settings = (
  { least, quasi, sensitive, table }: People,
  mayChange: ReadonlySet<string>
): ReadonlyArray<Case> => {
  const settingOf = (column: string) => {
    const generalisation = table.columns[column]?.generalisation
    if (generalisation === undefined) return []
    return generalisation._tag === "Common"
      ? [{ about: `${generalisation.setting}=${least}`, coarser: mayChange.has(column) ? [column] : [] }]
      : [{ about: generalisation.setting, coarser: [column] }]
  }
  const together = (settings: ReturnType<typeof settingOf>) => ({
    about: settings.map(({ about }) => about).join(" + "),
    coarser: settings.flatMap(({ coarser }) => coarser)
  })
  const all = quasi.flatMap(settingOf)
  return [
    { about: "as stored", columns: quasi },
    ...[...all, ...(all.length > 1 ? [together(all)] : [])].map((one) => ({ ...one, columns: quasi })),
    ...sensitive.flatMap((column) =>
      settingOf(column).flatMap((own) => {
        const cases = [own, ...(all.length > 0 ? [together([own, ...all])] : [])]
        const columns = [...quasi, column]
        return [
          { about: `with ${column}, as stored`, columns },
          ...cases.map(({ about, coarser }) => ({ about: `with ${column}: ${about}`, columns, coarser }))
        ]
      })
    )
  ]
}
