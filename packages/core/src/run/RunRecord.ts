import type { Metadata } from "../asset/Metadata.ts"
import type { Action, Step } from "../plan/Plan.ts"
import type { Provenance } from "../plan/Provenance.ts"
import * as PartitionCounts from "./PartitionCounts.ts"
import type { CheckEvaluated, RunEvent, RunOwner, RunStatus } from "./RunEvent.ts"

/** One successful materialization of an asset. */
export interface Materialization {
  readonly asset: string
  readonly runId: string
  /** The time of success, ISO 8601 in UTC. */
  readonly at: string
  readonly durationMillis: number
  readonly metadata: Metadata
  readonly provenance: Provenance
}

/** How an asset's last step ended. */
export interface LastStep {
  readonly status: "succeeded" | "failed" | "skipped" | "canceled"
  readonly runId: string
  /** ISO 8601 in UTC. */
  readonly at: string
}

/** One run as a row of a list. */
export interface RunSummary {
  readonly runId: string
  readonly startedAt: string
  readonly selection: string
  readonly tags: Readonly<Record<string, string>>
  readonly retryOf: string | undefined
  readonly backfill: boolean
  /** The partitions of a backfill, of all its steps; undefined for another run. */
  readonly partitions: PartitionCounts.PartitionCounts | undefined
  /** Where the run reads its sources; undefined if it reads none or the origin is unknown. */
  readonly origin: string | undefined
  readonly owner: RunOwner
  readonly status: "running" | RunStatus
  readonly durationMillis: number | undefined
  readonly reason: string | undefined
  /** The last heartbeat or event of the process: ISO 8601 in UTC, by the store's clock. */
  readonly heartbeatAt: string
}

/** A run that has not concluded. */
export interface UnfinishedRun extends RunSummary {
  /** Milliseconds since the last heartbeat or event of the process. Both times are read from the store's clock. */
  readonly silentMillis: number
}

/** A step that has not ended, with the partitions that it was to make. */
export type OpenStep = Pick<Step, "asset" | "action" | "partitions">

/** A step before it ends. */
export const openStepOf = ({ action, asset, partitions }: Step): OpenStep => ({
  asset,
  action,
  ...(partitions === undefined ? {} : { partitions })
})

/** The materialization that an event records; undefined if it records none. */
export const materializationOf = (event: RunEvent): Materialization | undefined =>
  event._tag === "StepSucceeded" && event.provenance !== undefined
    ? {
        asset: event.asset,
        runId: event.runId,
        at: event.at,
        durationMillis: event.durationMillis,
        metadata: event.metadata,
        provenance: event.provenance
      }
    : undefined

/**
 * The event of a run that has changed an asset's data without making any: it removed partitions. What was made from all of the data
 * is stale after it.
 */
export const changedEvent = (
  { asset, provenance }: Materialization,
  { at, runId }: { readonly runId: string; readonly at: string }
): RunEvent => ({
  _tag: "StepSucceeded",
  ...{ runId, at, asset, action: "materialize", attempt: 1, durationMillis: 0 },
  metadata: { partitions: 0 },
  provenance: { ...provenance, data: runId, since: at }
})

/** The end of an asset's step that an event records; undefined for loads and checks, which do not change the asset's state. */
export const lastStepOf = (event: RunEvent): (LastStep & { readonly asset: string }) | undefined => {
  const ended = (status: LastStep["status"], action: Action) =>
    "asset" in event && (action === "materialize" || action === "observe")
      ? { asset: event.asset, status, runId: event.runId, at: event.at }
      : undefined
  switch (event._tag) {
    case "StepSucceeded":
      return ended("succeeded", event.action)
    case "StepUnchanged":
      return ended("succeeded", "materialize")
    case "StepFailed":
      return ended("failed", event.action)
    case "StepSkipped":
      return ended("skipped", event.action)
    case "StepCanceled":
      return ended("canceled", event.action)
    default:
      return undefined
  }
}

/** The asset whose step an event ends; undefined for other events. */
export const endedBy = (event: RunEvent): string | undefined => {
  switch (event._tag) {
    case "StepSucceeded":
    case "StepUnchanged":
    case "StepFailed":
    case "StepSkipped":
    case "StepCanceled":
      return event.asset
    default:
      return undefined
  }
}

/** Whether a run materializes something. */
export const makes = (event: RunEvent): boolean =>
  event._tag === "RunStarted" && event.steps.some(({ action }) => action === "materialize")

/** Groups events by run, each group in order. */
export const byRun = (events: ReadonlyArray<RunEvent>): ReadonlyMap<string, ReadonlyArray<RunEvent>> => {
  const runs = new Map<string, Array<RunEvent>>()
  for (const event of events) {
    const run = runs.get(event.runId)
    if (run === undefined) runs.set(event.runId, [event])
    else run.push(event)
  }
  return runs
}

/**
 * Whether an asset's data is known to be that of its last materialization. A failed or canceled step may have published before
 * it ended, so its data is unknown. A skipped step changed nothing.
 */
export const isSettled = (last: LastStep | undefined): boolean =>
  last === undefined || last.status === "succeeded" || last.status === "skipped"

/** The summary of a run, from its first event. */
export const summaryOf = (event: Extract<RunEvent, { readonly _tag: "RunStarted" }>): RunSummary => ({
  runId: event.runId,
  startedAt: event.at,
  selection: event.selection,
  tags: event.tags,
  retryOf: event.retryOf,
  backfill: event.backfill ?? false,
  partitions: PartitionCounts.ofRun(event, undefined),
  origin: event.origin,
  owner: event.owner,
  status: "running",
  durationMillis: undefined,
  reason: undefined,
  heartbeatAt: event.at
})

/** The newest result of each check. `events` are newest first. */
export const latestChecks = (events: Iterable<CheckEvaluated>): ReadonlyArray<CheckEvaluated> => {
  const latest = new Map<string, CheckEvaluated>()
  for (const event of events) if (!latest.has(event.check)) latest.set(event.check, event)
  return [...latest.values()]
}
