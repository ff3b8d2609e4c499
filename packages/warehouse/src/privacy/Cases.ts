import type * as Table from "@sluice/core/relation/Table"

/** A table with a row for each person, and what its columns are to somebody who looks for one. */
export interface People {
  readonly table: Table.Any
  readonly quasi: ReadonlyArray<string>
  readonly sensitive: ReadonlyArray<string>
  /** Where settings make rare values one, a value that fewer people have is rare. */
  readonly least: number
}

/** One way to compare people: by some columns, of which some are made coarser. */
export interface Case {
  readonly about: string
  readonly columns: ReadonlyArray<string>
  readonly coarser?: ReadonlyArray<string>
}

/** Two cases with one key compare people in the same way. */
export const keyOf = ({ coarser = [], columns }: Omit<Case, "about">): string => JSON.stringify([columns, coarser])

/**
 * Each column alone, all but each, those that are known together, and all with each sensitive attribute that can be coarser:
 * its values tell nearly as many people apart.
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
 * The rows as they are stored, and as each setting of the generalisation would make them; one in force changes nothing. Of the
 * columns whose rare values can become one, `mayChange` has those with rare values.
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
