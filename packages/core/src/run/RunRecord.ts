import type { Metadata } from "../asset/Metadata.ts"
import type { Action, Step } from "../plan/Plan.ts"
import type { Provenance } from "../plan/Provenance.ts"
import type { CheckEvaluated, RunEvent, RunOwner, RunStatus } from "./RunEvent.ts"

/** One successful materialization of an asset. */
export interface Materialization {
  readonly asset: string
  readonly runId: string
  /** When it succeeded, ISO 8601 in UTC. */
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

/** One run as a list shows it. */
export interface RunSummary {
  readonly runId: string
  readonly startedAt: string
  readonly selection: string
  readonly tags: Readonly<Record<string, string>>
  readonly retryOf: string | undefined
  /** Where it reads its sources; undefined where it reads none, or nobody said. */
  readonly origin: string | undefined
  readonly owner: RunOwner
  readonly status: "running" | RunStatus
  readonly durationMillis: number | undefined
  readonly reason: string | undefined
  /** The last sign of life of its process, a heartbeat or an event of its own: ISO 8601 in UTC, by the store's clock. */
  readonly heartbeatAt: string
}

/** A run that has not concluded. */
export interface UnfinishedRun extends RunSummary {
  /** Milliseconds since the last sign of life of its process. Both ends are read from the store's clock. */
  readonly silentMillis: number
}

/** A step of a run that has yet to end. */
export type OpenStep = Pick<Step, "asset" | "action">

/** What an event tells of an asset's materialization, if it does. */
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

/** What an event tells of how an asset's step ended, if it does. Loading and checking say nothing of the asset's state. */
export const lastStepOf = (event: RunEvent): (LastStep & { readonly asset: string }) | undefined => {
  const ended = (status: LastStep["status"], action: Action) =>
    "asset" in event && action === "materialize"
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

/** The asset whose step an event ends, if it ends one. */
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

/** Whether a run was to materialize something. */
export const makes = (event: RunEvent): boolean =>
  event._tag === "RunStarted" && event.steps.some(({ action }) => action === "materialize")

/** Events by their run, each run's in order. */
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
 * Whether an asset's data is what its last materialization recorded. A step that failed or was canceled may have published
 * before it did, so nobody knows; one that was skipped touched nothing.
 */
export const isSettled = (last: LastStep | undefined): boolean =>
  last === undefined || last.status === "succeeded" || last.status === "skipped"

/** A run as its first event tells it. */
export const summaryOf = (event: Extract<RunEvent, { readonly _tag: "RunStarted" }>): RunSummary => ({
  runId: event.runId,
  startedAt: event.at,
  selection: event.selection,
  tags: event.tags,
  retryOf: event.retryOf,
  origin: event.origin,
  owner: event.owner,
  status: "running",
  durationMillis: undefined,
  reason: undefined,
  heartbeatAt: event.at
})

/** Of each check the newest result; `events` are newest first. */
export const latestChecks = (events: Iterable<CheckEvaluated>): ReadonlyArray<CheckEvaluated> => {
  const latest = new Map<string, CheckEvaluated>()
  for (const event of events) if (!latest.has(event.check)) latest.set(event.check, event)
  return [...latest.values()]
}
