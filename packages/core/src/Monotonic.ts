import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Milliseconds of a clock that nobody can set, for timeouts, delays and durations. Two readings differ by the time between
 * them; one reading alone says nothing, and is not a time of day.
 */
export const millis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / 1_000n) / 1_000)
