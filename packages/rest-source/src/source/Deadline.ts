import * as Monotonic from "@sluice/core/Monotonic"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as SourceError from "./SourceError.ts"

export interface Limits {
  /** The longest silence, before the answer and within it. */
  readonly idle: Duration.DurationInput
  /** The maximum wait for one answer, plus as much again for each 64 MiB of it. */
  readonly total: Duration.DurationInput
}

/** The time limit of an answer. It counts while waiting for the server, not while processing. */
export interface Deadline {
  /** Runs an effect that waits for the server. It runs `heard` at each arrival, which ends the silence. */
  readonly wait: <A, E, R>(
    effect: (heard: (bytes: number) => Effect.Effect<void>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | SourceError.SourceTimedOut, R>
}

export const make = (endpoint: string, limits: Limits): Deadline => {
  const idle = Duration.toMillis(limits.idle)
  const total = Duration.toMillis(limits.total)
  let left = total
  let unpaid = 0
  const timedOut = (phase: "idle" | "total") =>
    new SourceError.SourceTimedOut({ endpoint, phase, limitMillis: phase === "idle" ? idle : total })
  return {
    wait: Effect.fnUntraced(function* (effect) {
      const started = yield* Monotonic.millis
      let last = started
      const heard = (bytes: number) =>
        Effect.map(Monotonic.millis, (now) => {
          last = now
          unpaid += bytes
          for (; unpaid >= largePart; unpaid -= largePart) left += total
        })
      // One fiber watches the clock for all parts: a timeout for each would cost more than parsing it.
      const watch = Effect.gen(function* () {
        while (true) {
          const now = yield* Monotonic.millis
          if (now - started >= left) return yield* timedOut("total")
          if (now - last >= idle) return yield* timedOut("idle")
          yield* Effect.sleep(Math.min(idle - (now - last), left - (now - started)))
        }
      })
      const result = yield* Effect.raceFirst(effect(heard), watch)
      left -= (yield* Monotonic.millis) - started
      return result
    })
  }
}

const largePart = 64 * 1024 * 1024
