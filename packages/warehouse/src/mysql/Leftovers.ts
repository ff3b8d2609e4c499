import * as Effect from "effect/Effect"
import * as SqlBatch from "../sql/SqlBatch.ts"
import type { PipelineDialect } from "../sql/SqlDialect.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as SqlText from "../sql/SqlText.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import * as Publisher from "./Publisher.ts"
import * as TableLock from "./TableLock.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly locks: TableLock.TableLock
  readonly words: PipelineDialect
}

const operation = "drop what publishers left"

/**
 * Drops the staging tables of killed publishers, for all of the pipeline's tables. A publisher holds its table's lock as long
 * as it has a staging table, so a staging table with a free lock is abandoned. The staging table of a slice has a lock of its own. A table without the publishers' comment belongs
 * to somebody else, whatever its name. One query if there is none.
 */
export const drop = Effect.fn("Leftovers.drop")(function* ({
  locks,
  pool,
  words
}: Options): Effect.fn.Return<void, WarehouseFailed> {
  const here = SqlBatch.over(pool.sql, words)
  const found = yield* here(operation, SqlText.values(select))
  const leftovers = new Map<string, Array<string>>()
  for (const [name] of found) {
    const [, table] = /^(.+)__(?:staging|old|slice)_[0-9a-z]{8}$/.exec(String(name)) ?? []
    if (table !== undefined) leftovers.set(table, [...(leftovers.get(table) ?? []), String(name)])
  }
  if (leftovers.size === 0) return
  const owners = yield* here(operation, SqlOwners.all(words))
  for (const [table, names] of leftovers) {
    // Another pipeline's locks have other names, so they would seem free.
    if (owners.get(table) !== words.pipeline) continue
    yield* Effect.scoped(
      Effect.gen(function* () {
        const session = yield* pool.reserve
        if (!(yield* locks.tryTake(session, table, operation))) return
        const abandoned = yield* Publisher.abandonedOf(locks, session, names, operation)
        const dropped = abandoned.length === 0 ? Effect.void : Publisher.dropTables(session, abandoned)
        yield* Effect.ensuring(dropped, Effect.ignore(TableLock.releaseAll(session)))
      })
    ).pipe((dropped) => here(operation, dropped))
  }
})

const select = `SELECT table_name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_comment LIKE 'sluice:%' AND table_name REGEXP '__(staging|old|slice)_[0-9a-z]{8}$'`
