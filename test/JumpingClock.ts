import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** A clock whose time of day can be set back and forth, as a person or NTP does; the time that passes is another's. */
export interface JumpingClock {
  readonly jump: (millis: number) => void
  /** Runs an effect by it. */
  readonly with: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Over the clock of the caller, which may be a TestClock. */
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
