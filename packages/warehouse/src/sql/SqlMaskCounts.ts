import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"

/**
 * Counts the values of each mask table, as a counter of the store. Count and table differ only if one of them was restored
 * alone or changed by hand. Then a missing value would get a second id, beside the one in public tables.
 */
const prefix = "values:"

/** The name of a mask table's count among the counters. */
export const nameOf = (mask: string): string => prefix + mask

/** Counts the existing values, unless they are counted already. */
export const ensure = (dialect: PipelineDialect, mask: string): Effect.Effect<void, SqlError | WarehouseFailed, SqlClient> =>
  SqlCounters.ensure(dialect, nameOf(mask), count(dialect, mask))

/** Adds the values that the transaction creates or removes. The caller holds the lock of the mask table's own counter. */
export const add = Effect.fn("SqlMaskCounts.add")(function* (
  dialect: PipelineDialect,
  mask: string,
  values: number
): Effect.fn.Return<void, SqlError | WarehouseFailed, SqlClient> {
  if (values === 0) return
  const counted = yield* SqlCounters.read(dialect, nameOf(mask), { lock: true })
  yield* SqlCounters.write(dialect, nameOf(mask), counted + values)
})

/** Fails if a mask table does not have the counted number of values. */
export const assertWhole = Effect.fn("SqlMaskCounts.assertWhole")(function* (
  dialect: PipelineDialect,
  mask: string
): Effect.fn.Return<void, WarehouseFailed | SqlError, SqlClient> {
  const counted = SqlCounters.read(dialect, nameOf(mask), { lock: false })
  const before = yield* counted
  const found = yield* count(dialect, mask)
  // Another run may create values between the two reads.
  if (found === before || (yield* counted) !== before) return
  return yield* new WarehouseFailed({
    reason: "Drift",
    operation: `give mask ids in ${mask}`,
    detail: `it has ${found} values, and ${SqlCounters.tableName} counts ${before}: one of them was restored alone, or changed by hand. Restore all tables from one backup, or run \`sluice provision --restored\` and then \`sluice materialize --all --full\`.`
  })
})

/** Removes the counts. The next run counts existing values. */
export const forget = (dialect: PipelineDialect): Effect.Effect<void, SqlError, SqlClient> =>
  SqlCounters.remove(dialect, prefix)

const count = (dialect: PipelineDialect, mask: string): Effect.Effect<number, SqlError | WarehouseFailed, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const row = SqlRows.first(Counted, sql`SELECT COUNT(*) AS n FROM ${sql.literal(dialect.table(mask))}`)
    return Effect.map(row, (found) => found?.n ?? 0)
  })

const Counted = Schema.Struct({ n: SqlRows.Count })
