import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import { joinUninterruptibly } from "../internal/joinUninterruptibly.ts"
import { StepDeadlineExceeded } from "./StepFailure.ts"

/** The remaining time for all attempts of a step. It runs from the first attempt. */
export interface StepDeadline {
  /** Bounds an attempt by the remaining time. An attempt without remaining time does no work. */
  readonly bound: <A, E, R>(work: Effect.Effect<A, E, R>, attempt: number) => Effect.Effect<A, E | StepDeadlineExceeded, R>
  /** The error if the next attempt, after a delay, would start after the deadline. */
  readonly exceededBy: (delayMillis: number, attempt: number, failure: Failure) => StepDeadlineExceeded | undefined
}

/** Makes the deadline of a step; undefined if the asset has none. */
export const make = ({ deadline, name }: Asset.Any, clock: Clock.Clock): StepDeadline | undefined => {
  if (deadline === undefined) return undefined
  const limitMillis = Duration.toMillis(deadline)
  let startedAt: bigint | undefined
  let last: string | undefined
  const leftMillis = () => {
    const now = clock.unsafeCurrentTimeNanos()
    startedAt ??= now
    return limitMillis - Number(now - startedAt) / 1e6
  }
  const exceeded = (attempts: number) =>
    new StepDeadlineExceeded({ asset: name, limitMillis, attempts, ...(last === undefined ? {} : { last }) })
  return {
    bound: (work, attempt) =>
      Effect.suspend(() => {
        const left = leftMillis()
        return left <= 0
          ? exceeded(attempt - 1)
          : joinUninterruptibly(
              Effect.timeoutFail(work, { duration: Duration.millis(left), onTimeout: () => exceeded(attempt) })
            )
      }),
    exceededBy: (delayMillis, attempt, failure) => {
      last = failure.message
      return delayMillis < leftMillis() ? undefined : exceeded(attempt)
    }
  }
}
