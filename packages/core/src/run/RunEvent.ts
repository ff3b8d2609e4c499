import * as Schema from "effect/Schema"
import { Action, Step } from "../plan/Plan.ts"
import { Provenance } from "../plan/Provenance.ts"

/**
 * One thing that happened in a run. These are the only format in which runs are stored, streamed (`--json`) and drawn, so
 * their encoded form is their type: plain JSON, times as ISO 8601 in UTC, durations in milliseconds.
 */
const event = <Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.TaggedStruct(tag, {
    runId: Schema.String,
    at: Schema.String,
    ...fields
  })

/** An error as an event tells it: value-free by the rule that every `Failure` keeps. */
export const ErrorInfo = Schema.Struct({
  tag: Schema.String,
  message: Schema.String,
  retryable: Schema.Boolean
})
export type ErrorInfo = typeof ErrorInfo.Type

/** How a run ended. `crashed`: its process died, and a later start of Sluice closed it. */
export const RunStatus = Schema.Literal("succeeded", "failed", "canceled", "crashed")
export type RunStatus = typeof RunStatus.Type

const Metadata = Schema.Record({
  key: Schema.String,
  value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean)
})
const step = { asset: Schema.String }

/** The process that carries a run out. */
export const RunOwner = Schema.Struct({
  host: Schema.String,
  pid: Schema.Number,
  /** Tells the process from others of its id on the same host: later ones, and those of other containers. */
  started: Schema.optionalWith(Schema.String, { exact: true })
})
export type RunOwner = typeof RunOwner.Type

export const RunStarted = event("RunStarted", {
  selection: Schema.String,
  steps: Schema.Array(Step),
  tags: Schema.Record({ key: Schema.String, value: Schema.String }),
  owner: RunOwner,
  /** The run that this one carries on, where it is a retry. */
  retryOf: Schema.optionalWith(Schema.String, { exact: true }),
  /** Where it reads its sources, where it reads any and whoever started it said. */
  origin: Schema.optionalWith(Schema.String, { exact: true })
})
export const StepStarted = event("StepStarted", {
  ...step,
  attempt: Schema.Number
})
/** Rows handled so far by this attempt. Streamed, not stored. */
export const StepProgressed = event("StepProgressed", {
  ...step,
  attempt: Schema.Number,
  rows: Schema.Number
})
export const StepRetrying = event("StepRetrying", {
  ...step,
  attempt: Schema.Number,
  error: ErrorInfo,
  delayMillis: Schema.Number,
  /** How many attempts there may be in all, those included that were stopped. Absent where it was stopped and has not failed. */
  attempts: Schema.optionalWith(Schema.Number, { exact: true })
})
export const StepSucceeded = event("StepSucceeded", {
  ...step,
  action: Action,
  attempt: Schema.Number,
  durationMillis: Schema.Number,
  metadata: Metadata,
  /** What was materialized; absent where the step loaded or checked. */
  provenance: Schema.optionalWith(Provenance, { exact: true })
})
/** Nothing that the asset is made of has changed since its materialization at `since`, so that one stays. */
export const StepUnchanged = event("StepUnchanged", { ...step, since: Schema.String })
export const StepFailed = event("StepFailed", {
  ...step,
  action: Action,
  attempt: Schema.Number,
  durationMillis: Schema.Number,
  error: ErrorInfo
})
/** A check was evaluated; where it could not be, `passed` is false and `metadata.error` says why. */
export type CheckEvaluated = typeof CheckEvaluated.Type
export const CheckEvaluated = event("CheckEvaluated", {
  ...step,
  check: Schema.String,
  severity: Schema.Literal("warn", "error"),
  blocking: Schema.Boolean,
  passed: Schema.Boolean,
  metadata: Metadata
})
/** `causes` are the failed steps that this one waited for, directly or not. */
export const StepSkipped = event("StepSkipped", { ...step, action: Action, causes: Schema.Array(Schema.String) })
export const StepCanceled = event("StepCanceled", { ...step, action: Action })
export const RunConcluded = event("RunConcluded", {
  status: RunStatus,
  /** Of a crashed run, until the last sign of life of its process: it may have lived up to a heartbeat longer. */
  durationMillis: Schema.Number,
  /** Why, where the steps alone do not tell: a timeout of the whole run, a process that died. */
  reason: Schema.optionalWith(Schema.String, { exact: true })
})

export const RunEvent = Schema.Union(
  RunStarted,
  StepStarted,
  StepProgressed,
  StepRetrying,
  StepSucceeded,
  StepUnchanged,
  StepFailed,
  CheckEvaluated,
  StepSkipped,
  StepCanceled,
  RunConcluded
)
export type RunEvent = typeof RunEvent.Type

/** Whether an event belongs to the run's record; progress is only for who is watching. */
export const isRecorded = (event: RunEvent): boolean => event._tag !== "StepProgressed"
