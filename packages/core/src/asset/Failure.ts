/**
 * The shape of every error that an asset may fail with. The message says what broke, where, and what to do next, and never
 * holds a value from the data. The retry policy reads `retryable` and `retryAfterMillis`, and nothing else.
 */
export interface Failure {
  readonly _tag: string
  readonly message: string
  /** Whether a retry can help. True for HTTP 429 and 5xx, timeouts, lost connections and deadlocks. */
  readonly retryable: boolean
  /** The least delay before the next attempt, in milliseconds, if the server asked for one. */
  readonly retryAfterMillis?: number | undefined
}
