import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { CheckEvaluated, RunEvent } from "./RunEvent.ts"
import {
  type LastStep,
  lastStepOf,
  latestChecks,
  type Materialization,
  materializationOf,
  type RunSummary,
  summaryOf
} from "./RunRecord.ts"

/** The record of runs cannot be read or written. */
export class RunStoreFailed extends Schema.TaggedError<RunStoreFailed>()("RunStoreFailed", {
  operation: Schema.String,
  reason: Schema.String,
  retryable: Schema.Boolean
}) {
  override get message() {
    return `The run history could not be ${this.operation}: ${this.reason}`
  }
}

/** What pruning removed. */
export interface Pruned {
  readonly runs: number
  readonly events: number
}

/** Appends and reads events; decides nothing. */
export class RunStore extends Context.Tag("@sluice/core/RunStore")<
  RunStore,
  {
    /** Appends events in order, all or none. Progress events are not for it. */
    readonly append: (events: ReadonlyArray<RunEvent>) => Effect.Effect<void, RunStoreFailed>
    /** Notes that a run's process is alive now. */
    readonly heartbeat: (runId: string) => Effect.Effect<void, RunStoreFailed>
    /** A run's events in the order they happened; empty if there is no such run. */
    readonly events: (runId: string) => Effect.Effect<ReadonlyArray<RunEvent>, RunStoreFailed>
    /** The newest runs first, at most `limit`. */
    readonly runs: (limit: number) => Effect.Effect<ReadonlyArray<RunSummary>, RunStoreFailed>
    /** The runs that have not concluded, oldest first: they run, or their process died. */
    readonly unfinished: Effect.Effect<ReadonlyArray<RunSummary>, RunStoreFailed>
    /** The last successful materialization of every asset that has one, by asset name. */
    readonly materializations: Effect.Effect<ReadonlyMap<string, Materialization>, RunStoreFailed>
    /** How the last step of every asset that had one ended, by asset name. */
    readonly lastSteps: Effect.Effect<ReadonlyMap<string, LastStep>, RunStoreFailed>
    /** An asset's materializations that are still recorded, newest first, at most `limit`. */
    readonly history: (asset: string, limit: number) => Effect.Effect<ReadonlyArray<Materialization>, RunStoreFailed>
    /** What each of an asset's checks found when it was last evaluated. */
    readonly checks: (asset: string) => Effect.Effect<ReadonlyArray<CheckEvaluated>, RunStoreFailed>
    /**
     * Forgets the last materialization of some assets, whose data was found to be gone: they count as never materialized.
     * Their runs stay.
     */
    readonly invalidate: (assets: ReadonlyArray<string>) => Effect.Effect<void, RunStoreFailed>
    /**
     * Forgets concluded runs that started before a time (ISO 8601 in UTC), except the newest `keep`. The last
     * materialization of each asset is always kept.
     */
    readonly prune: (options: { readonly before: string; readonly keep: number }) => Effect.Effect<Pruned, RunStoreFailed>
  }
>() {
  /** Keeps events in memory, for tests and throw-away runs. */
  static readonly layerMemory: Layer.Layer<RunStore> = Layer.sync(RunStore, () => {
    let recorded: Array<RunEvent> = []
    const runs = new Map<string, RunSummary>()
    const materialized = new Map<string, Materialization>()
    const lastSteps = new Map<string, LastStep>()
    const record = (event: RunEvent) => {
      recorded.push(event)
      const run = runs.get(event.runId)
      if (event._tag === "RunStarted") runs.set(event.runId, summaryOf(event))
      else if (event._tag === "RunConcluded" && run !== undefined) {
        const { durationMillis, reason, status } = event
        runs.set(event.runId, { ...run, status, durationMillis, reason })
      }
      const materialization = materializationOf(event)
      if (materialization !== undefined) materialized.set(materialization.asset, materialization)
      const last = lastStepOf(event)
      if (last !== undefined) lastSteps.set(last.asset, { status: last.status, runId: last.runId, at: last.at })
    }
    const newestFirst = () => [...runs.values()].reverse()
    return RunStore.of({
      append: (events) => Effect.sync(() => events.forEach(record)),
      heartbeat: (runId) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const run = runs.get(runId)
          if (run !== undefined) runs.set(runId, { ...run, heartbeatAt: new Date(now).toISOString() })
        }),
      events: (runId) => Effect.sync(() => recorded.filter((event) => event.runId === runId)),
      runs: (limit) => Effect.sync(() => newestFirst().slice(0, limit)),
      unfinished: Effect.sync(() => [...runs.values()].filter((run) => run.status === "running")),
      materializations: Effect.sync(() => new Map(materialized)),
      lastSteps: Effect.sync(() => new Map(lastSteps)),
      history: (asset, limit) =>
        Effect.sync(() =>
          recorded
            .flatMap((event) => materializationOf(event) ?? [])
            .filter((each) => each.asset === asset)
            .reverse()
            .slice(0, limit)
        ),
      checks: (asset) =>
        Effect.sync(() =>
          latestChecks(
            recorded.flatMap((event) => (event._tag === "CheckEvaluated" && event.asset === asset ? [event] : [])).reverse()
          )
        ),
      invalidate: (assets) =>
        Effect.sync(() => {
          for (const asset of assets) materialized.delete(asset)
        }),
      prune: ({ before, keep }) =>
        Effect.sync(() => {
          const doomed = newestFirst()
            .slice(keep)
            .filter((run) => run.status !== "running" && run.startedAt < before)
          for (const run of doomed) runs.delete(run.runId)
          const kept = recorded.filter((event) => runs.has(event.runId))
          const events = recorded.length - kept.length
          recorded = kept
          return { runs: doomed.length, events }
        })
    })
  })
}
