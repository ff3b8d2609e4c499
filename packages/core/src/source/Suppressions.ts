import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreFailed } from "./StoreFailed.ts"

/** Whom a reading of a source is to leave out. */
export interface Suppressed {
  /** Changes with every erasure, and with every one that is undone; 0 before the first. */
  readonly epoch: number
  /** Tells whether a person is to be left out, by their exact id; undefined where nobody is, so that nothing need be asked. */
  readonly has: ((id: string) => boolean) | undefined
}

/**
 * The people who were erased and must not come back. What is kept of them is a keyed hash of each id: who sees it learns
 * neither who they are nor whether a guess is right.
 */
export class Suppressions extends Context.Tag("./Suppressions.ts")<
  Suppressions,
  {
    /**
     * Call it before a run reads a source. If somebody is erased later, the store refuses whatever that run still writes: it may
     * hold them.
     */
    readonly begin: (runId: string) => Effect.Effect<Suppressed, StoreFailed>
  }
>() {
  declare readonly "~given": true

  /** Nobody was ever erased: for tests, and for what has no store. */
  static readonly none: Suppressions["Type"] = { begin: () => Effect.succeed({ epoch: 0, has: undefined }) }

  static readonly layerNone: Layer.Layer<Suppressions> = Layer.succeed(Suppressions, Suppressions.none)
}
