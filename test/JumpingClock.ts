import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A clock whose time of day can be set, as a person or NTP does. The elapsed time is another clock's. */
export interface JumpingClock {
  readonly jump: (millis: number) => void
  /** Runs an effect with this clock. */
  readonly with: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Based on the caller's clock, which may be a TestClock. */
export const make: Effect.Effect<JumpingClock> = Clock.clockWith((base) =>
  Effect.sync(() => {
    let shift = 0
    const clock: Clock.Clock = {
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      unsafeCurrentTimeMillis: () => base.unsafeCurrentTimeMillis() + shift,
      unsafeCurrentTimeNanos: () => base.unsafeCurrentTimeNanos(),
      currentTimeMillis: Effect.map(base.currentTimeMillis, (now) => now + shift),
      currentTimeNanos: base.currentTimeNanos,
      sleep: (duration) => base.sleep(duration)
    }
    return {
      jump: (millis: number) => {
        shift += millis
      },
      with: Effect.withClock(clock)
    }
  })
)
