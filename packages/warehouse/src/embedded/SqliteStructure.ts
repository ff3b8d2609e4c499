import * as Table from "@sluice/core/relation/Table"
import * as Either from "effect/Either"
import * as Structures from "../sql/Structures.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Session } from "./LibsqlSession.ts"
import * as Ddl from "./SqliteDdl.ts"

/**
 * Creates a table that is not there, with its indexes, and returns whether it was there. Fails if the table has other columns
 * than declared. Two statements at most if it is as declared.
 */
export const ensure = (session: Session, table: Table.Any): Either.Either<boolean, WarehouseFailed> => {
  const schema = Ddl.schemaOf(table)
  const [found] = session.values(`SELECT sql FROM ${Ddl.quote(schema)}.sqlite_master WHERE type = 'table' AND name = ?`, [
    table.name
  ])
  const declared = definitionOf(table)
  if (found === undefined) {
    for (const statement of [declared.create, ...Ddl.createIndexes(table)]) session.run(statement, [])
    return Either.right(false)
  }
  if (markIn(String(found[0])) === declared.mark) return Either.right(true)
  const columns = session.values(`SELECT name, type, "notnull" FROM pragma_table_info(?, ?)`, [table.name, schema])
  const problem = differenceOf(table, columns)
  return problem === undefined ? Either.right(true) : Either.left(Structures.outdated(table, problem))
}

interface Definition {
  readonly create: string
  readonly mark: string | undefined
}

const definitions = new WeakMap<Table.Any, Definition>()

const definitionOf = (table: Table.Any): Definition => {
  const known = definitions.get(table)
  if (known !== undefined) return known
  const create = Ddl.createTable(table, table.name)
  const definition = { create, mark: markIn(create) }
  definitions.set(table, definition)
  return definition
}

const markIn = (sql: string): string | undefined => /\/\* sluice:[0-9a-f]{16} \*\//.exec(sql)?.[0]

/** Names the first column that is not as declared; indexes do not matter. */
const differenceOf = (table: Table.Any, found: ReadonlyArray<ReadonlyArray<unknown>>): string | undefined => {
  const columns = new Map(found.map(([name, type, notNull]) => [String(name), `${String(type)} ${Number(notNull)}`]))
  for (const [name, { nullable, type }] of Object.entries(table.columns)) {
    const column = columns.get(name)
    if (column === undefined) return Structures.missing(name)
    if (column !== `${Ddl.typeOf(type)} ${nullable ? 0 : 1}`) return Structures.otherType(name)
  }
  const declared = new Set(Table.columnNames(table))
  const more = [...columns.keys()].find((name) => !declared.has(name))
  return more === undefined ? undefined : Structures.undeclared(more)
}
