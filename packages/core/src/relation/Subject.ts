import type * as Table from "./Table.ts"

/**
 * Returns every problem with the subjects of tables, one sentence each. A table with people's ids and without a subject would
 * keep their rows after an erasure.
 */
export const problems = (tables: ReadonlyArray<Table.Any>): ReadonlyArray<string> => {
  const kinds = new Map<string, string>()
  for (const { columns, name, subject } of tables) {
    for (const column of subject) {
      const kind = columns[column]?.idOf
      if (kind !== undefined && !kinds.has(kind)) kinds.set(kind, `${kind} (${name}.${column})`)
    }
  }
  return [...(kinds.size > 1 ? [severalKinds([...kinds.values()])] : []), ...tables.flatMap((table) => unsaid(table, kinds))]
}

const severalKinds = (kinds: ReadonlyArray<string>): string =>
  `Rows are about people of several kinds: ${kinds.join(", ")}. One id could then erase two people. Keep each kind in a pipeline of its own.`

const unsaid = (
  { columns, name, subject }: Table.Any,
  kinds: { readonly has: (kind: string) => boolean }
): ReadonlyArray<string> =>
  Object.entries(columns).flatMap(([column, { idOf }]) =>
    idOf !== undefined && kinds.has(idOf) && !subject.includes(column)
      ? [
          `"${name}.${column}" has the ids of people (${idOf}), and an erasure would leave them. Add "${column}" to the table's \`subject\`.`
        ]
      : []
  )
