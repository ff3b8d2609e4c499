import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { faultOf } from "./errors.ts"

/**
 * Runs a statement that is a transaction by itself again where it was the victim of a deadlock: it has done nothing then.
 * MySQL has deadlocks over the names of tables, too: RENAME TABLE against whoever opens a view over the table. And MySQL 9.7 was
 * seen not to find the file of a table that had been swapped a moment before.
 */
export const retried = <A, R>(statement: Effect.Effect<A, SqlError, R>): Effect.Effect<A, SqlError, R> =>
  Effect.retry(statement, { while: (error) => passing.has(faultOf(error.cause).errno ?? 0), schedule: backoff })

/** ER_LOCK_DEADLOCK, ER_TABLESPACE_MISSING. */
const passing: ReadonlySet<number> = new Set([1213, 1812])
const backoff = Schedule.intersect(Schedule.jittered(Schedule.exponential("5 millis", 1.7)), Schedule.recurs(9))
