import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { columnList, createTable, type SqlDialect } from "../SqlDialect.ts"
import * as SqlText from "../SqlText.ts"

/** An internal table, as a migration leaves it. */
export interface InternalTable {
  readonly name: string
  /** Names and types, as in DDL. The first column is the pipeline's, if rows are kept by pipeline. */
  readonly columns: ReadonlyArray<Column>
  readonly key: ReadonlyArray<string>
}

export type Column = readonly [name: string, type: string]

/** The owner of rows from before rows were kept by pipeline. There was only this pipeline then. */
export const onlyPipeline = "spark"

/**
 * Creates a table, or adds the columns that an earlier version's table lacks and puts `pipeline` into its key. Existing rows
 * belong to the only pipeline, are numbered by the counter column, and have NULL in other new columns. It can run twice, and in
 * several processes at once.
 */
export const ensure = Effect.fn("InternalTable.ensure")(function* (
  dialect: SqlDialect,
  table: InternalTable
): Effect.fn.Return<void, SqlError, SqlClient> {
  const names = SqlText.columnNames(dialect, table.name)
  const found = yield* names
  if (found.length === 0) {
    yield* SqlText.define(ddl(dialect, table))
    return
  }
  const missing = table.columns.filter(([name]) => !found.includes(name))
  if (missing.length > 0) yield* add(dialect, table, missing, names)
  // The default was for existing rows. From now on, each insert names its pipeline.
  if (dialect.name === "mysql" && table.key.includes(pipeline)) {
    yield* SqlText.define(`ALTER TABLE ${dialect.table(table.name)} ALTER COLUMN ${pipeline} DROP DEFAULT`)
  }
})

/** The CREATE TABLE of a table that is not there. */
export const ddl = (dialect: SqlDialect, table: InternalTable): string =>
  createTable(dialect, table.name, table.columns, [primaryKey(dialect, table)])

/** Another process may have added the columns meanwhile. */
const add = (
  dialect: SqlDialect,
  table: InternalTable,
  missing: ReadonlyArray<Column>,
  names: Effect.Effect<ReadonlyArray<string>, SqlError, SqlClient>
) =>
  Effect.catchAll(dialect.name === "sqlite" ? rebuild(dialect, table, missing) : alter(dialect, table, missing), (error) =>
    Effect.flatMap(names, (now) => (missing.every(([name]) => now.includes(name)) ? Effect.void : Effect.fail(error)))
  )

/** Ensures several tables, one after the other. */
export const ensureAll = (
  dialect: SqlDialect,
  tables: ReadonlyArray<InternalTable>
): Effect.Effect<void, SqlError, SqlClient> => Effect.forEach(tables, (table) => ensure(dialect, table), { discard: true })

/** One statement, which a server does completely or not at all. */
const alter = (dialect: SqlDialect, table: InternalTable, missing: ReadonlyArray<Column>) =>
  Effect.gen(function* () {
    const isKeyed = missing.every(([name]) => name !== pipeline)
    const clauses = missing.map(
      ([name, type]) => `ADD COLUMN ${dialect.quote(name)} ${type}${name === pipeline ? first : ""}`
    )
    const key = isKeyed ? [] : ["DROP PRIMARY KEY", `ADD ${primaryKey(dialect, table)}`]
    yield* SqlText.define(`ALTER TABLE ${dialect.table(table.name)} ${[...clauses, ...key].join(", ")}`)
  })

const pipeline = "pipeline"
const first = ` DEFAULT '${onlyPipeline}' FIRST`

/** SQLite cannot change a key or insert a column, so the rows are copied in order into a new table, which takes the name. */
const rebuild = (dialect: SqlDialect, table: InternalTable, missing: ReadonlyArray<Column>) =>
  Effect.gen(function* () {
    const earlier = `${table.name}__earlier`
    const kept = columnList(
      dialect,
      table.columns.filter((column) => !missing.includes(column)).map(([name]) => name)
    )
    const [into, from] = missing.some(([name]) => name === pipeline)
      ? [`${pipeline}, ${kept}`, `'${onlyPipeline}', ${kept}`]
      : [kept, kept]
    yield* SqlText.define(`ALTER TABLE ${dialect.table(table.name)} RENAME TO ${dialect.quote(earlier)}`)
    yield* SqlText.define(ddl(dialect, table))
    yield* SqlText.run(
      `INSERT INTO ${dialect.table(table.name)} (${into}) SELECT ${from} FROM ${dialect.table(earlier)} ORDER BY rowid`
    )
    yield* SqlText.define(`DROP TABLE ${dialect.table(earlier)}`)
  })

const primaryKey = (dialect: SqlDialect, { key }: InternalTable) => `PRIMARY KEY (${columnList(dialect, key)})`
