import * as Duration from "effect/Duration"
import type { Failure } from "./Failure.ts"

/** How often, and after what delays, a step is tried again when its error says that this can help. */
export interface RetryPolicy {
  /** Attempts in all, the first one included; at least 1. */
  readonly attempts: number
  /** The delay before the second attempt; each further one doubles it. */
  readonly base: Duration.DurationInput
  /** No backoff is longer than this. */
  readonly cap: Duration.DurationInput
  /** No `Retry-After` is honoured beyond this: past it the wait is cut to it. */
  readonly retryAfterCap: Duration.DurationInput
}

/** Four attempts over about four seconds: half a second, then doubled, at most thirty seconds each. */
export const standard: RetryPolicy = {
  attempts: 4,
  base: Duration.millis(500),
  cap: Duration.seconds(30),
  retryAfterCap: Duration.minutes(5)
}

/** One attempt only. */
export const never: RetryPolicy = { ...standard, attempts: 1 }

/**
 * The delay in milliseconds before the attempt after `attempt` (1-based), or `undefined` when there is none: the error is
 * final, or the attempts are used up. "Equal jitter": at least half of the exponential delay, the rest by `random` in
 * [0, 1), so that clients that failed together do not return together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const delayMillis = (
  policy: RetryPolicy,
  failure: Pick<Failure, "retryable" | "retryAfterMillis">,
  attempt: number,
  random: number
): number | undefined => {
  if (!failure.retryable || attempt >= policy.attempts) return undefined
  const exponential = Math.min(Duration.toMillis(policy.cap), Duration.toMillis(policy.base) * 2 ** (attempt - 1))
  const jittered = exponential / 2 + (exponential / 2) * random
  const asked = Math.min(failure.retryAfterMillis ?? 0, Duration.toMillis(policy.retryAfterCap))
  return Math.round(Math.max(jittered, asked))
}
