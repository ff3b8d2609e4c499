import type { SqlError } from "@effect/sql/SqlError"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ColumnValue from "../sql/ColumnValue.ts"
import * as SelectColumns from "../sql/SelectColumns.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { assertAllowed } from "./AllowedCalls.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import { readingSql } from "./ReadingSql.ts"
import { holds } from "./SqliteColumnCheck.ts"
import * as Ddl from "./SqliteDdl.ts"
import { isNumeric } from "./SqliteRow.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/**
 * Checks a SELECT for a table without running it, and returns it. It is prepared over the public file alone, so it cannot read
 * a sensitive table, and it cannot call a function that reads files. Its columns must be the table's.
 */
export const prepare = Effect.fn("SqliteSelect.prepare")(function* (
  store: SqliteStore,
  table: Table.Any,
  sql: string
): Effect.fn.Return<string, WarehouseFailed> {
  const operation = `publish ${table.name}`
  const allowed = readingSql(sql)
  if (Either.isLeft(allowed)) return yield* SelectColumns.notReading(operation)
  const reading = allowed.right
  const columns = yield* Effect.scoped(
    Effect.flatMap(store.reader("public"), (client) =>
      client.use(({ database }) => {
        assertAllowed(database, reading)
        return database
          .prepare(reading)
          .columns()
          .map(({ name }) => name)
      })
    )
  ).pipe(Effect.mapError(refused(operation)))
  yield* SelectColumns.assertOf(table, columns)
  return reading
})

/** The SELECT that fills a table, with the values of its placeholders, and the schema of the table. */
export interface Filling {
  readonly sql: string
  readonly parameters?: ReadonlyArray<string | number>
  /** Default: the schema of the table's visibility. */
  readonly schema?: string
}

/**
 * Fills a staging table by a SELECT, in the caller's transaction, and returns the number of rows. Fails if a value does not fit
 * its column: SQLite enforces no types. Decimals are rounded to their scale, as servers do.
 */
export const fill = Effect.fnUntraced(function* (
  client: LibsqlClient,
  table: Table.Any,
  staging: string,
  { parameters = [], schema = Ddl.schemaOf(table), sql }: Filling
): Effect.fn.Return<number, WarehouseFailed | SqlError> {
  const into = Ddl.qualified(schema, staging)
  const columns = Object.entries(table.columns)
  const names = columns.map(([name]) => Ddl.quote(name)).join(", ")
  const values = columns.map(([name, { type }]) =>
    type._tag === "Decimal" && isNumeric(type.precision) ? rounded(Ddl.quote(name), type.scale) : Ddl.quote(name)
  )
  yield* client.beside(`INSERT INTO ${into} (${names}) SELECT ${values.join(", ")} FROM (${sql}\n)`, parameters)
  const misfits = columns.map(([name, column]) => `COUNT(CASE WHEN NOT ${holds(Ddl.quote(name), column)} THEN 1 END)`)
  const [counts = []] = yield* client.beside(`SELECT COUNT(*), ${misfits.join(", ")} FROM ${into}`)
  const [rows = 0, ...wrong] = counts.map(Number)
  const problems = columns.flatMap(([name, { type }], index) => {
    const count = wrong[index] ?? 0
    return count === 0 ? [] : [`"${name}" of ${count} ${count === 1 ? "row" : "rows"} ${ColumnValue.problemOf(type)}`]
  })
  if (problems.length === 0) return rows
  return yield* new WarehouseFailed({
    reason: "RowRejected",
    operation: `publish ${table.name}`,
    detail: `${problems.join("; ")}. Correct the SELECT, or the table's declaration; what was there before is unchanged.`
  })
})

/** Text that is no number stays what it is, so that it is refused. */
const rounded = (column: string, scale: number): string =>
  `CASE typeof(${column}) WHEN 'real' THEN round(${column}, ${scale}) ELSE ${column} END`

/** SQLite's codes do not tell an error in the author's SQL from another one. */
const refused = (operation: string) => (error: SqlError) => {
  const { code, subject } = Fault.of(error)
  if (code === "SQLITE_AUTH") {
    const detail = `its SELECT uses ${subject}, which is not allowed. Read tables and views, and \`json_each\` or \`json_tree\`.`
    return new WarehouseFailed({ reason: "NotPermitted", operation, detail })
  }
  if (code !== "SQLITE_ERROR") return Fault.translate(operation, error)
  const missing = subject.startsWith("no such")
  return new WarehouseFailed({
    reason: missing ? "Missing" : "Other",
    operation,
    detail: `its SELECT cannot be run: ${subject === "" ? "SQLite refuses it" : subject} (${code}). ${missing ? "It can read public tables and views only: correct the name, or materialize that relation first." : "Correct the SQL."}`
  })
}
