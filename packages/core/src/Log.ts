import * as Effect from "effect/Effect"

/** The fields of a log entry: scalars. A `Pii` value, or an object that could hold one, does not compile. */
export type Fields = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>

/** Logs that the compiler keeps free of personal data. In code that handles rows, use these, not `Effect.log*`. */
export const debug = (message: string, fields: Fields = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logDebug(message), fields)

export const info = (message: string, fields: Fields = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logInfo(message), fields)

export const warning = (message: string, fields: Fields = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logWarning(message), fields)
