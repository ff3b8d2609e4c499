import * as Effect from "effect/Effect"
import type { Fields } from "./Log.ts"

/**
 * Tells something of the span that this runs in; without one, nothing happens. The compiler keeps it free of personal data as
 * it does logs; use this, not `Effect.annotateCurrentSpan`, which takes any value.
 */
export const annotate = (fields: Fields): Effect.Effect<void> => Effect.annotateCurrentSpan(fields)
