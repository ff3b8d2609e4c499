import type { Metadata } from "../asset/Metadata.ts"
import type { Action, Reason } from "../plan/Plan.ts"
import type { CheckEvaluated, ErrorInfo, RunEvent, RunStatus } from "./RunEvent.ts"

/** Where a step stands, or how it ended. */
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
      /** How many there may be in all, where that is known. */
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
  /** Nothing it is made of has changed since. */
  | { readonly _tag: "Unchanged"; readonly since: string }
  | { readonly _tag: "Skipped"; readonly causes: ReadonlyArray<string> }
  | { readonly _tag: "Canceled" }

/** One step of a run and its state. */
export interface StepResult {
  readonly asset: string
  readonly action: Action
  readonly reason: Reason
  readonly state: StepState
  /** What its checks found, in order; those of the last attempt. */
  readonly checks: ReadonlyArray<CheckResult>
}

/** One check of a step and what it found. */
export type CheckResult = Pick<CheckEvaluated, "check" | "severity" | "blocking" | "passed" | "metadata">

/** What became of a run: a fold over its events, the same while it happens and years later. */
export interface RunResult {
  readonly runId: string
  readonly selection: string
  readonly startedAt: string
  readonly status: "running" | RunStatus
  /** Undefined while it runs; of a crashed run, from its start to its last sign of life. */
  readonly durationMillis: number | undefined
  /** Why it ended so, where the steps alone do not tell. */
  readonly reason: string | undefined
  readonly tags: Readonly<Record<string, string>>
  /** The run that this one carries on. */
  readonly retryOf: string | undefined
  /** Where it reads its sources; undefined where it reads none, or nobody said. */
  readonly origin: string | undefined
  /** By asset name, in plan order. */
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

/** The result after some more events, in order. Copies the steps once: give it batches. */
export const apply = (result: RunResult, events: Iterable<RunEvent>): RunResult => {
  const adding = folding(result)
  adding.add(events)
  return adding.result()
}

/** The result of all of a run's events, in order. O(events). */
export const fromEvents = (events: Iterable<RunEvent>): RunResult => apply(empty, events)

/** A result that grows with the events of a run, in order; keeps none of them. O(1) each. */
export const folding = (from: RunResult = empty) => {
  let result = from
  const steps = new Map(from.steps)
  return {
    add: (events: Iterable<RunEvent>): void => {
      for (const event of events) {
        switch (event._tag) {
          case "RunStarted":
            result = { ...result, ...startOf(event) }
            for (const { asset, action, reason } of event.steps) {
              steps.set(asset, { asset, action, reason, state: { _tag: "Pending" }, checks: [] })
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

/** Whether a step in this state has yet to end. */
export const isOpen = (state: StepState): boolean =>
  state._tag === "Pending" || state._tag === "Running" || state._tag === "Waiting"

/**
 * A run and the one that carried it on, as one result: of the steps that both made, the later outcome counts; the status is
 * the later one's, the duration the sum.
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

/** A step that the first run made and the retry only loaded again is still the one that was made. */
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
  return { ...step, checks: event._tag === "StepStarted" ? [] : step.checks, state: stateAfter(event, step.state) }
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
  }
}
