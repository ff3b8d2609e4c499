import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import * as Publisher from "./Publisher.ts"
import * as TableLock from "./TableLock.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly locks: TableLock.TableLock
}

const operation = "drop what publishers left"

/**
 * Drops the staging tables of publishers that were killed, of any table of the database. A publisher holds its table's lock
 * for as long as it has a staging table, so one whose lock is free is nobody's. A table without the comment that publishers
 * write is somebody else's, whatever its name. One query where nothing was left.
 */
export const drop = Effect.fn("Leftovers.drop")(function* ({
  locks,
  pool
}: Options): Effect.fn.Return<void, WarehouseFailed> {
  const found = yield* Effect.mapError(pool.sql.unsafe(select).values, statementFailed(operation))
  const leftovers = new Map<string, Array<string>>()
  for (const [name] of found) {
    const [, table] = /^(.+)__(?:staging|old)_[0-9a-z]{8}$/.exec(String(name)) ?? []
    if (table !== undefined) leftovers.set(table, [...(leftovers.get(table) ?? []), String(name)])
  }
  for (const [table, names] of leftovers) {
    yield* Effect.scoped(
      Effect.gen(function* () {
        const session = yield* pool.reserve
        if (!(yield* locks.tryTake(session, table, operation))) return
        yield* Effect.ensuring(Publisher.dropTables(session, names), Effect.ignore(TableLock.releaseAll(session)))
      })
    ).pipe(Effect.catchIf(isSqlError, (error) => Effect.fail(statementFailed(operation)(error))))
  }
})

const isSqlError = (error: SqlError | WarehouseFailed): error is SqlError => error._tag === "SqlError"

const select = `SELECT table_name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_comment LIKE 'sluice:%' AND table_name REGEXP '__(staging|old)_[0-9a-z]{8}$'`
