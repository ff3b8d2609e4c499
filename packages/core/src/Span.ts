import * as Effect from "effect/Effect"
import type { Fields } from "./Log.ts"

/**
 * Annotates the current span, if there is one. The compiler keeps it free of personal data. Use this, not
 * `Effect.annotateCurrentSpan`, which takes any value.
 */
export const annotate = (fields: Fields): Effect.Effect<void> => Effect.annotateCurrentSpan(fields)
