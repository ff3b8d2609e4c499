import * as Duration from "effect/Duration"
import type { Failure } from "./Failure.ts"

/** The number of attempts at a step whose error is retryable, and the delays between them. */
export interface RetryPolicy {
  /** The number of attempts, the first one included. At least 1. */
  readonly attempts: number
  /** The delay before the second attempt. It doubles with each further attempt. */
  readonly base: Duration.DurationInput
  /** The longest delay. */
  readonly cap: Duration.DurationInput
  /** The longest delay for a `Retry-After`. A longer one is cut to it. */
  readonly retryAfterCap: Duration.DurationInput
}

/** Four attempts over about four seconds. The delay begins at half a second and doubles, up to thirty seconds. */
export const standard: RetryPolicy = {
  attempts: 4,
  base: Duration.millis(500),
  cap: Duration.seconds(30),
  retryAfterCap: Duration.minutes(5)
}

/** One attempt only. */
export const never: RetryPolicy = { ...standard, attempts: 1 }

/**
 * Returns the delay in milliseconds after the attempt `attempt` (1-based). Undefined if the error is final or no attempt is
 * left. "Equal jitter": half of the exponential delay, and a random share of the other half, by `random` in [0, 1). So clients
 * that failed together do not retry together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
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
