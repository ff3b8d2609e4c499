import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as AssetCheck from "./AssetCheck.ts"
import type { CheckFailed } from "./CheckFailed.ts"
import type { Failure } from "./Failure.ts"
import type { Metadata } from "./Metadata.ts"

/** What a step knows of the run it is in, and how it tells of its progress. Every step is given one by its executor. */
export class StepContext extends Context.Tag("@sluice/core/StepContext")<StepContext, StepContext.Service>() {
  /** Adds `rows` to the rows that this attempt has handled so far. */
  static readonly progress = (rows: number): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.progress(rows))

  /**
   * Evaluates the asset's blocking checks on staged rows, and fails if one of them does, so that they are not published.
   * `standing` are checks that every asset has, unless it declares one of the same name.
   */
  static readonly staged = (
    relation: string,
    counted?: AssetCheck.Counted,
    standing?: ReadonlyArray<AssetCheck.Any>
  ): Effect.Effect<void, CheckFailed, StepContext> =>
    Effect.flatMap(StepContext, (step) => step.staged(relation, counted, standing))

  /** Tells which data this is: equal text, equal data. For sources, whose content no upstream's version tells. */
  static readonly dataVersion = (version: string): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.dataVersion(version))

  /**
   * Hands the value that the asset is about to answer on before it is whole: from `begun` on, the steps downstream may start
   * on it, while this one goes on with `rest`, which ends with whether the value is still what they began with. They come to
   * an end only after this step has. Where it fails, or the value became another, they are stopped, roll back, and begin
   * again. `begun` must end before `rest` does.
   */
  static readonly handOff = <E extends Failure, R>(
    rest: Effect.Effect<"same" | "changed", E, R>,
    begun: Effect.Effect<void> = Effect.void
  ): Effect.Effect<void, E, R | StepContext> =>
    Effect.flatMap(StepContext, (step) =>
      Effect.map(Effect.context<R>(), (context) => step.handOff(Effect.provide(rest, context), begun))
    )

  /** Records facts about this materialization; a later value of a key replaces an earlier one. */
  static readonly metadata = (values: Metadata): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.metadata(values))
}

export declare namespace StepContext {
  export interface Service {
    readonly runId: string
    readonly asset: string
    /** 1 for the first try. */
    readonly attempt: number
    /** Cheap and synchronous: may be called once per page or batch. */
    readonly progress: (rows: number) => void
    readonly metadata: (values: Metadata) => void
    readonly dataVersion: (version: string) => void
    readonly staged: (
      relation: string,
      counted?: AssetCheck.Counted,
      standing?: ReadonlyArray<AssetCheck.Any>
    ) => Effect.Effect<void, CheckFailed>
    readonly handOff: (rest: Effect.Effect<"same" | "changed", Failure>, begun: Effect.Effect<void>) => void
    /**
     * The version of this asset's data that everything stored which this run makes of it directly was last made from, by the
     * code and settings of today, and still is: who knows what has changed since then may answer with that alone. Undefined
     * where there is no one such version, and where all is to be made anew.
     */
    readonly lastMadeFrom: string | undefined
    /** The last materialization of this asset that is recorded. */
    readonly last: { readonly runId: string; readonly metadata: Metadata } | undefined
    /** Waits until the step has succeeded: where a value that was handed on comes to its end. */
    readonly concluded: Effect.Effect<void>
  }
}
