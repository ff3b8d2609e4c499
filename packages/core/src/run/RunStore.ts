import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Metadata } from "../asset/Metadata.ts"
import type { RunEvent, RunStatus } from "./RunEvent.ts"

/** The last materialization of an asset. */
export interface Materialization {
  readonly asset: string
  readonly runId: string
  /** When it succeeded, ISO 8601 in UTC. */
  readonly at: string
  readonly durationMillis: number
  readonly metadata: Metadata
}

/** One run as a list shows it. */
export interface RunSummary {
  readonly runId: string
  readonly startedAt: string
  readonly selection: string
  readonly status: "running" | RunStatus
  readonly durationMillis: number | undefined
}

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

/** Appends and reads events; decides nothing. */
export class RunStore extends Context.Tag("@sluice/core/RunStore")<
  RunStore,
  {
    /** Appends events in order, all or none. Progress events are not for it. */
    readonly append: (events: ReadonlyArray<RunEvent>) => Effect.Effect<void, RunStoreFailed>
    /** A run's events in the order they happened; empty if there is no such run. */
    readonly events: (runId: string) => Effect.Effect<ReadonlyArray<RunEvent>, RunStoreFailed>
    /** The newest runs first, at most `limit`. */
    readonly runs: (limit: number) => Effect.Effect<ReadonlyArray<RunSummary>, RunStoreFailed>
    /** The last successful materialization of every asset that has one, by asset name. */
    readonly materializations: Effect.Effect<ReadonlyMap<string, Materialization>, RunStoreFailed>
  }
>() {
  /** Keeps events in memory, for tests and throw-away runs. */
  static readonly layerMemory: Layer.Layer<RunStore> = Layer.sync(RunStore, () => {
    const recorded: Array<RunEvent> = []
    return RunStore.of({
      append: (events) => Effect.sync(() => void recorded.push(...events)),
      events: (runId) => Effect.sync(() => recorded.filter((event) => event.runId === runId)),
      runs: (limit) => Effect.sync(() => summaries(recorded).reverse().slice(0, limit)),
      materializations: Effect.sync(() => {
        const latest = new Map<string, Materialization>()
        for (const event of recorded) {
          const materialization = materializationOf(event)
          if (materialization !== undefined) latest.set(materialization.asset, materialization)
        }
        return latest
      })
    })
  })
}

/** What an event tells of an asset's materialization, if it does. */
export const materializationOf = (event: RunEvent): Materialization | undefined =>
  event._tag === "StepSucceeded" && event.action === "materialize"
    ? {
        asset: event.asset,
        runId: event.runId,
        at: event.at,
        durationMillis: event.durationMillis,
        metadata: event.metadata
      }
    : undefined

const summaries = (events: ReadonlyArray<RunEvent>): Array<RunSummary> => {
  const runs = new Map<string, RunSummary>()
  for (const event of events) {
    const { runId, at } = event
    const run = runs.get(runId)
    if (event._tag === "RunStarted") {
      runs.set(runId, {
        runId,
        startedAt: at,
        selection: event.selection,
        status: "running",
        durationMillis: undefined
      })
    } else if (event._tag === "RunConcluded" && run !== undefined) {
      runs.set(runId, {
        ...run,
        status: event.status,
        durationMillis: event.durationMillis
      })
    }
  }
  return [...runs.values()]
}
