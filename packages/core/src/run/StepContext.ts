import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Metadata } from "../asset/Metadata.ts"
import type { CheckFailed } from "./StepFailure.ts"

/** What a step knows of the run it is in, and how it tells of its progress. Every step is given one by its executor. */
export class StepContext extends Context.Tag("@sluice/core/StepContext")<StepContext, StepContext.Service>() {
  /** Adds `rows` to the rows that this attempt has handled so far. */
  static readonly progress = (rows: number): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.progress(rows))

  /** Has the asset's blocking checks evaluated on staged rows; fails, so that they are not published, where one does. */
  static readonly staged = (relation: string): Effect.Effect<void, CheckFailed, StepContext> =>
    Effect.flatMap(StepContext, (step) => step.staged(relation))

  /** Tells which data this is: equal text, equal data. For sources, whose content no upstream's version tells. */
  static readonly dataVersion = (version: string): Effect.Effect<void, never, StepContext> =>
    Effect.map(StepContext, (step) => step.dataVersion(version))

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
    readonly staged: (relation: string) => Effect.Effect<void, CheckFailed>
  }
}
