import * as Effect from "effect/Effect"

/** What may be logged beside a message: scalars. A `Pii` value, or an object that could hold one, does not type-check. */
export type Fields = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>

/** Logs that the compiler keeps free of personal data; use these, not `Effect.log*`, wherever rows are near. */
export const debug = (message: string, fields: Fields = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logDebug(message), fields)

export const info = (message: string, fields: Fields = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logInfo(message), fields)

export const warning = (message: string, fields: Fields = {}): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logWarning(message), fields)
