import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreFailed } from "./StoreFailed.ts"

/** The people that a reading of a source must leave out. */
export interface Suppressed {
  /** Changes with every erasure, and with every erasure that is undone. 0 before the first one. */
  readonly epoch: number
  /** Whether a person must be left out, by their exact id. Undefined if nobody was erased, so that rows need no check. */
  readonly has: ((id: string) => boolean) | undefined
}

/**
 * The erased people, who must not be loaded again. The store keeps a keyed hash of each id. A hash reveals no person and
 * confirms no guess.
 */
export class Suppressions extends Context.Tag("@sluice/core/source/Suppressions")<
  Suppressions,
  {
    /**
     * Call it before a run reads a source. If a person is erased later, the store refuses further writes of that run, because
     * they may hold the person.
     */
    readonly begin: (runId: string) => Effect.Effect<Suppressed, StoreFailed>
  }
>() {
  declare readonly "~given": true

  /** Nobody was erased. For tests and for programs without a store. */
  static readonly none: Suppressions["Type"] = { begin: () => Effect.succeed({ epoch: 0, has: undefined }) }

  static readonly layerNone: Layer.Layer<Suppressions> = Layer.succeed(Suppressions, Suppressions.none)
}
