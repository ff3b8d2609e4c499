import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Runs from "../partition/internal/Runs.ts"
import type { Slice } from "../partition/Slice.ts"
import type * as AssetCheck from "./AssetCheck.ts"
import type { CheckFailed } from "./CheckFailed.ts"
import type { Failure } from "./Failure.ts"
import type { Metadata } from "./Metadata.ts"

/** The run that a step is part of, and the step's reports to it. The executor provides one to every step. */
export class StepContext extends Context.Tag("@sluice/core/StepContext")<StepContext, StepContext.Service>() {
  /** A step that nobody observes: it reports nothing and runs no checks. For benches and for seeding a test's warehouse. */
  static readonly unobserved = (runId: string, asset: string): StepContext.Service => ({
    runId,
    asset,
    attempt: 1,
    slice: undefined,
    progress: () => {},
    metadata: () => {},
    dataVersion: () => {},
    staged: () => Effect.void,
    late: () => {},
    handOff: () => {},
    lastMadeFrom: undefined,
    last: undefined,
    concluded: Effect.void
  })

  /** Adds to the number of rows that this attempt has processed. */
  static readonly progress = (rows: number): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.progress(rows))

  /**
   * Evaluates the asset's blocking checks on staged rows. Fails if a check fails, so that the rows are not published.
   * `standing` are checks that every asset has, unless it declares a check of the same name.
   */
  static readonly staged = (
    relation: string,
    counted?: AssetCheck.Counted,
    standing?: ReadonlyArray<AssetCheck.Any>
  ): Effect.Effect<void, CheckFailed, StepContext> =>
    Effect.flatMap(StepContext, (step) => step.staged(relation, counted, standing))

  /**
   * Reports the version of the asset's data. Equal versions mean equal data. For sources, whose content no upstream version
   * describes.
   */
  static readonly dataVersion = (version: string): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.dataVersion(version))

  /**
   * Hands off the value that the asset is about to return, before it is complete. Downstream steps may start on it after
   * `begun`, while this step runs `rest`. They end only after this step has succeeded. `rest` returns whether the value is
   * still the same. If it fails or the value has changed, the downstream steps roll back and restart. `begun` must end before
   * `rest` does.
   */
  static readonly handOff = <E extends Failure, R>(
    rest: Effect.Effect<"same" | "changed", E, R>,
    begun: Effect.Effect<void> = Effect.void
  ): Effect.Effect<void, E, R | StepContext> =>
    Effect.flatMap(StepContext, (step) =>
      Effect.map(Effect.context<R>(), (context) => step.handOff(Effect.provide(rest, context), begun))
    )

  /** Records metadata of this materialization. A later value replaces an earlier one of the same key. */
  static readonly metadata = (values: Metadata): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.metadata(values))
}

export declare namespace StepContext {
  export interface Service {
    readonly runId: string
    readonly asset: string
    /** 1 for the first attempt. */
    readonly attempt: number
    /** The partitions that this attempt makes; undefined if the asset has none. */
    readonly slice: Slice | undefined
    /** Cheap and synchronous. May be called once per page or batch. */
    readonly progress: (rows: number) => void
    readonly metadata: (values: Metadata) => void
    readonly dataVersion: (version: string) => void
    readonly staged: (
      relation: string,
      counted?: AssetCheck.Counted,
      standing?: ReadonlyArray<AssetCheck.Any>
    ) => Effect.Effect<void, CheckFailed>
    /** Reports rows that arrived for partitions which were made before. These partitions are then stale. */
    readonly late: (partitions: Runs.Runs, rows: number) => void
    readonly handOff: (rest: Effect.Effect<"same" | "changed", Failure>, begun: Effect.Effect<void>) => void
    /**
     * The one data version of this asset that all its downstream steps were last made from, with today's code and settings. A
     * source that knows its changes since that version may return only these. Undefined if a downstream step has no such
     * version or does not store its value, if the versions differ, or if everything is made anew.
     */
    readonly lastMadeFrom: string | undefined
    /** The last recorded materialization of this asset. */
    readonly last: { readonly runId: string; readonly metadata: Metadata } | undefined
    /** Waits until the step has succeeded. A value that was handed off ends then. */
    readonly concluded: Effect.Effect<void>
  }
}
