import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { Parameter, SqlDialect } from "./SqlDialect.ts"

/*
 * Statements whose text is generated: from the description of a relation, or from a dialect's queries for its catalogue. Names are
 * quoted by the dialect, and values are bound. Every other statement is a template of `@effect/sql`.
 */

/** The rows of a statement, by column. */
export const rows = <Row extends object>(
  text: string,
  parameters: ReadonlyArray<Parameter> = []
): Effect.Effect<ReadonlyArray<Row>, SqlError, SqlClient> => Effect.flatMap(statement<Row>(text, parameters), (run) => run)

/** The rows of a statement, as arrays in the order of its columns. */
export const values = (
  text: string,
  parameters: ReadonlyArray<Parameter> = []
): Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, SqlError, SqlClient> =>
  Effect.flatMap(statement(text, parameters), (run) => run.values)

/** Runs a statement that changes rows. */
export const run = (text: string, parameters: ReadonlyArray<Parameter> = []): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.asVoid(rows(text, parameters))

/** Creates, alters or drops a relation. Servers cannot prepare all of these statements. */
export const define = (text: string): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(statement(text, []), (run) => Effect.asVoid(run.unprepared))

/** The number of rows. `from` is the SQL after FROM: a table, and perhaps a condition. */
export const count = (from: string, parameters: ReadonlyArray<Parameter> = []): Effect.Effect<number, SqlError, SqlClient> =>
  Effect.map(rows<{ readonly n: number | string }>(`SELECT COUNT(*) AS n FROM ${from}`, parameters), ([row]) =>
    Number(row?.n ?? 0)
  )

/** The names of a table's columns; empty if the table does not exist. */
export const columnNames = (dialect: SqlDialect, table: string): Effect.Effect<ReadonlyArray<string>, SqlError, SqlClient> =>
  Effect.map(rows<{ readonly name: string }>(dialect.columnsOf(table)), (found) => found.map(({ name }) => name))

const statement = <Row extends object>(text: string, parameters: ReadonlyArray<Parameter>) =>
  Effect.map(SqlClient, (sql) => sql.unsafe<Row>(text, parameters))
