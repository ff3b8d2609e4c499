import { StepContext } from "@sluice/core/asset/StepContext"
import * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import { affectedRows } from "../internal/mysqlDriver.ts"
import * as SelectColumns from "../sql/SelectColumns.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import * as UserQuery from "./UserQuery.ts"

/** Checks a SELECT for a table without running it: it must be one statement that reads, and its columns must be the table's. */
export const prepare = Effect.fn("MysqlSelect.prepare")(function* (
  { reserve }: Pick<MysqlPool, "reserve">,
  table: Table.Any,
  sql: string
): Effect.fn.Return<void, WarehouseFailed> {
  const operation = `publish ${table.name}`
  if (!UserQuery.reads(sql)) return yield* SelectColumns.notReading(operation)
  const columns = yield* Effect.scoped(Effect.flatMap(reserve, (session) => session.columnsOf(sql))).pipe(
    Effect.mapError(failed(table))
  )
  yield* SelectColumns.assertOf(table, columns)
})

/** Fills a staging table by a SELECT, reports progress, and returns the number of rows. */
export const fill = Effect.fnUntraced(function* (
  { connection }: Session,
  table: Table.Any,
  staging: string,
  { parameters = [], sql }: { readonly sql: string; readonly parameters?: ReadonlyArray<string | number> }
): Effect.fn.Return<number, WarehouseFailed, StepContext> {
  const insert = `INSERT INTO ${quote(staging)} (${Ddl.list(Table.columnNames(table))}) ${sql}`
  const inserted = Deadlock.retried(connection.executeRaw(insert, parameters))
  const rows = affectedRows(yield* Effect.mapError(inserted, failed(table)))
  yield* StepContext.progress(rows)
  return rows
})

const failed = ({ name }: Table.Any) => statementFailed(`publish ${name}`, " in the SELECT")
