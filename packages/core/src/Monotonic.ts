import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Milliseconds of the monotonic clock, for timeouts, delays and durations. The difference of two readings is the time between
 * them. A single reading is no time of day.
 */
export const millis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos / 1_000n) / 1_000)
