import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlCounters from "./SqlCounters.ts"
import type { SqlDialect } from "./SqlDialect.ts"

/**
 * How many values each mask table holds, among the store's counters. The two differ only if one of the tables was restored
 * alone or changed by hand: a value that is missing would get a second id beside the one in public tables.
 */
const prefix = "values:"

/** Counts the values that are there, if nothing was counted yet. */
export const ensure = (dialect: SqlDialect, mask: string): Effect.Effect<void, SqlError, SqlClient> =>
  SqlCounters.ensure(dialect, prefix + mask, count(dialect, mask))

/** Counts values that the transaction creates or removes, under the lock of the mask table's own counter. */
export const add = Effect.fn("SqlMaskCounts.add")(function* (
  dialect: SqlDialect,
  mask: string,
  values: number
): Effect.fn.Return<void, SqlError, SqlClient> {
  if (values === 0) return
  const counted = yield* SqlCounters.read(dialect, prefix + mask, { lock: true })
  yield* SqlCounters.write(dialect, prefix + mask, counted + values)
})

/** Fails if a mask table does not hold as many values as were counted. */
export const assertWhole = Effect.fn("SqlMaskCounts.assertWhole")(function* (
  dialect: SqlDialect,
  mask: string
): Effect.fn.Return<void, WarehouseFailed | SqlError, SqlClient> {
  const counted = SqlCounters.read(dialect, prefix + mask, { lock: false })
  const before = yield* counted
  const found = yield* count(dialect, mask)
  // Another run may create values in between.
  if (found === before || (yield* counted) !== before) return
  return yield* new WarehouseFailed({
    reason: "Drift",
    operation: `give mask ids in ${mask}`,
    detail: `it has ${found} values, and ${SqlCounters.tableName} counts ${before}: one of them was restored alone, or changed by hand. Restore all tables from one backup, or run "pnpm assets provision --restored" and then "pnpm assets materialize --all --full".`
  })
})

/** Forgets what was counted; the next run counts what is there. */
export const forget = (dialect: SqlDialect): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.asVoid(sql.unsafe(`DELETE FROM ${dialect.table(SqlCounters.tableName)} WHERE name LIKE '${prefix}%'`))
  )

const count = (dialect: SqlDialect, mask: string): Effect.Effect<number, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) => {
    const rows = sql.unsafe<{ readonly n: number | string }>(`SELECT COUNT(*) AS n FROM ${dialect.table(mask)}`)
    return Effect.map(rows, ([row]) => Number(row?.n ?? 0))
  })
