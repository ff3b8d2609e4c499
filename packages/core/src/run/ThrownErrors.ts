import type * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Receives the causes of failed steps and checks whose code threw, with the messages of what was thrown. A message may quote
 * data, so nothing may record it. By default nobody receives them.
 */
export class ThrownErrors extends Context.Reference<ThrownErrors>()("@sluice/core/run/ThrownErrors", {
  defaultValue: (): {
    readonly report: (asset: string, cause: Cause.Cause<unknown>) => Effect.Effect<void>
  } => ({ report: () => Effect.void })
}) {}
