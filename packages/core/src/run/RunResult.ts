import type { Metadata } from "../asset/Metadata.ts"
import type { Action, Reason } from "../plan/Plan.ts"
import * as PartitionCounts from "./PartitionCounts.ts"
import type { CheckEvaluated, ErrorInfo, RunEvent, RunStatus } from "./RunEvent.ts"

/** The state of a step, or how it ended. */
export type StepState =
  | { readonly _tag: "Pending" }
  | {
      readonly _tag: "Running"
      readonly attempt: number
      readonly since: string
      readonly rows: number
    }
  | {
      readonly _tag: "Waiting"
      readonly attempt: number
      readonly delayMillis: number
      /** The most attempts, if known. */
      readonly attempts: number | undefined
      readonly error: ErrorInfo
    }
  | {
      readonly _tag: "Succeeded"
      readonly attempt: number
      readonly durationMillis: number
      readonly metadata: Metadata
    }
  | {
      readonly _tag: "Failed"
      readonly attempt: number
      readonly durationMillis: number
      readonly error: ErrorInfo
    }
  /** The asset is unchanged since this time. */
  | { readonly _tag: "Unchanged"; readonly since: string }
  | { readonly _tag: "Skipped"; readonly causes: ReadonlyArray<string> }
  | { readonly _tag: "Canceled" }

/** One step of a run and its state. */
export interface StepResult {
  readonly asset: string
  readonly action: Action
  readonly reason: Reason
  readonly state: StepState
  /** The partitions of the step; undefined if its asset is not cut. */
  readonly partitions: PartitionCounts.PartitionCounts | undefined
  /** The check results of the last attempt, in order. */
  readonly checks: ReadonlyArray<CheckResult>
}

/** One check of a step and its result. */
export type CheckResult = Pick<CheckEvaluated, "check" | "severity" | "blocking" | "passed" | "metadata">

/** The result of a run: a fold over its events, both while it runs and later. */
export interface RunResult {
  readonly runId: string
  readonly selection: string
  readonly startedAt: string
  readonly status: "running" | RunStatus
  /** Undefined while the run is in progress. Of a crashed run, from its start to its last heartbeat. */
  readonly durationMillis: number | undefined
  /** The reason of the run's end, if the steps alone do not show it. */
  readonly reason: string | undefined
  readonly tags: Readonly<Record<string, string>>
  /** The run that this run retries. */
  readonly retryOf: string | undefined
  /** Where the run reads its sources; undefined if it reads none or the origin is unknown. */
  readonly origin: string | undefined
  /** Steps by asset name, in plan order. */
  readonly steps: ReadonlyMap<string, StepResult>
}

export const empty: RunResult = {
  runId: "",
  selection: "",
  startedAt: "",
  status: "running",
  durationMillis: undefined,
  reason: undefined,
  tags: {},
  retryOf: undefined,
  origin: undefined,
  steps: new Map()
}

/** Applies more events, in order. Copies the steps once, so pass events in batches. */
export const apply = (result: RunResult, events: Iterable<RunEvent>): RunResult => {
  const adding = folding(result)
  adding.add(events)
  return adding.result()
}

/** The result of all events of a run, in order. O(events). */
export const fromEvents = (events: Iterable<RunEvent>): RunResult => apply(empty, events)

/** Folds the events of a run, in order, one at a time, and keeps none of them. O(1) per event. */
export const folding = (from: RunResult = empty) => {
  let result = from
  const steps = new Map(from.steps)
  return {
    add: (events: Iterable<RunEvent>): void => {
      for (const event of events) {
        switch (event._tag) {
          case "RunStarted":
            result = { ...result, ...startOf(event) }
            for (const step of event.steps) {
              const { action, asset, reason } = step
              const partitions = PartitionCounts.planned(step)
              steps.set(asset, { asset, action, reason, state: { _tag: "Pending" }, partitions, checks: [] })
            }
            break
          case "RunConcluded":
            result = { ...result, status: event.status, durationMillis: event.durationMillis, reason: event.reason }
            break
          default: {
            const step = steps.get(event.asset)
            if (step !== undefined) steps.set(event.asset, stepAfter(event, step))
          }
        }
      }
    },
    result: (): RunResult => ({ ...result, steps: new Map(steps) })
  }
}

/** Whether a step in this state has not ended. */
export const isOpen = (state: StepState): boolean =>
  state._tag === "Pending" || state._tag === "Running" || state._tag === "Waiting"

/**
 * Merges a run and its retry into one result. For a step in both, the later outcome counts. The status is the retry's; the
 * durations add up.
 */
export const merge = (first: RunResult, retry: RunResult): RunResult => ({
  ...retry,
  selection: first.selection,
  startedAt: first.startedAt,
  tags: { ...first.tags, ...retry.tags },
  durationMillis: retry.durationMillis === undefined ? undefined : (first.durationMillis ?? 0) + retry.durationMillis,
  steps: new Map([
    ...first.steps,
    ...[...retry.steps].filter(([asset, step]) => !isOnlyLoaded(first.steps.get(asset), step))
  ])
})

/** A step that the first run materialized and the retry only loaded stays materialized. */
const isOnlyLoaded = (before: StepResult | undefined, after: StepResult): boolean =>
  after.action === "load" && before?.action === "materialize" && before.state._tag === "Succeeded"

/** Every step, in plan order. */
export const stepsOf = (result: RunResult): ReadonlyArray<StepResult> => [...result.steps.values()]

/** The steps in one state, in plan order. */
export const stepsIn = <Tag extends StepState["_tag"]>(result: RunResult, tag: Tag) =>
  stepsOf(result).filter(
    (
      step
    ): step is StepResult & {
      readonly state: Extract<StepState, { readonly _tag: Tag }>
    } => step.state._tag === tag
  )

type StepEvent = Extract<RunEvent, { readonly asset: string }>

const startOf = ({ at, origin, retryOf, runId, selection, tags }: Extract<RunEvent, { readonly _tag: "RunStarted" }>) => ({
  runId,
  selection,
  startedAt: at,
  tags,
  retryOf,
  origin
})

const stepAfter = (event: StepEvent, step: StepResult): StepResult => {
  if (event._tag === "CheckEvaluated") return { ...step, checks: [...step.checks, event] }
  return {
    ...step,
    checks: event._tag === "StepStarted" ? [] : step.checks,
    partitions: step.partitions && PartitionCounts.after(event, step.partitions),
    state: stateAfter(event, step.state)
  }
}

const stateAfter = (event: Exclude<StepEvent, CheckEvaluated>, before: StepState): StepState => {
  switch (event._tag) {
    case "StepStarted":
      return {
        _tag: "Running",
        attempt: event.attempt,
        since: event.at,
        rows: 0
      }
    case "StepProgressed":
      return before._tag === "Running" ? { ...before, rows: event.rows } : before
    case "StepRetrying":
      // Other partitions of the step go on.
      if (event.partitions !== undefined) return before
      return {
        _tag: "Waiting",
        attempt: event.attempt,
        delayMillis: event.delayMillis,
        attempts: event.attempts,
        error: event.error
      }
    case "StepSucceeded":
      return {
        _tag: "Succeeded",
        attempt: event.attempt,
        durationMillis: event.durationMillis,
        metadata: event.metadata
      }
    case "StepUnchanged":
      return { _tag: "Unchanged", since: event.since }
    case "StepFailed":
      return {
        _tag: "Failed",
        attempt: event.attempt,
        durationMillis: event.durationMillis,
        error: event.error
      }
    case "StepSkipped":
      return { _tag: "Skipped", causes: event.causes }
    case "StepCanceled":
      return { _tag: "Canceled" }
    case "PartitionsSucceeded":
    case "PartitionsFailed":
    case "PartitionsSkipped":
    case "PartitionsLate":
      return before
  }
}
