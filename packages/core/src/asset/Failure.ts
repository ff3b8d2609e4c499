/**
 * What every error that an asset may fail with looks like: a tag, a message that says what broke, where, and what to do
 * next (never a value from the data), and whether trying again can help. The retry policy reads `retryable` and
 * `retryAfterMillis`, and nothing else.
 */
export interface Failure {
  readonly _tag: string
  readonly message: string
  /** True for what may pass by itself: HTTP 429 and 5xx, timeouts, lost connections, deadlocks. */
  readonly retryable: boolean
  /** The least time to wait before the next attempt, in milliseconds, where the other side asked for one. */
  readonly retryAfterMillis?: number | undefined
}
