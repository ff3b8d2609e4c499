import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { faultOf } from "./errors.ts"

/**
 * Retries a single-statement transaction after a deadlock, which has undone it. MySQL also has deadlocks over table names:
 * RENAME TABLE against a reader that opens a view over the table.
 */
export const retried = <A, E, R>(statement: Effect.Effect<A, E | SqlError, R>): Effect.Effect<A, E | SqlError, R> =>
  Effect.retry(statement, { while: isDeadlock, schedule: backoff })

const isDeadlock = (error: unknown): boolean => error instanceof SqlError && faultOf(error.cause).errno === deadlock

const deadlock = 1213
const backoff = Schedule.intersect(Schedule.jittered(Schedule.exponential("5 millis", 1.7)), Schedule.recurs(9))
