import * as Schema from "effect/Schema"
import { Signature } from "../partition/Signature.ts"
import { Stored } from "../partition/Stored.ts"
import { Action, Step } from "../plan/Plan.ts"
import { Provenance } from "../plan/Provenance.ts"

/**
 * One event of a run. Events are the only format in which runs are stored, streamed (`--json`) and drawn. Their encoded form is
 * their type: plain JSON, times as ISO 8601 in UTC, durations in milliseconds.
 */
const event = <Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) =>
  Schema.TaggedStruct(tag, {
    runId: Schema.String,
    at: Schema.String,
    ...fields
  })

/** An error as recorded in an event. It holds no value from the data, as every `Failure` guarantees. */
export const ErrorInfo = Schema.Struct({
  tag: Schema.String,
  message: Schema.String,
  retryable: Schema.Boolean
})
export type ErrorInfo = typeof ErrorInfo.Type

/** How a run ended. `crashed`: its process died, and a later start of Sluice closed the run. */
export const RunStatus = Schema.Literal("succeeded", "failed", "canceled", "crashed")
export type RunStatus = typeof RunStatus.Type

const Metadata = Schema.Record({
  key: Schema.String,
  value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean)
})
const step = { asset: Schema.String }

/** The process that runs a plan. */
export const RunOwner = Schema.Struct({
  host: Schema.String,
  pid: Schema.Number,
  /** When the process started. It distinguishes processes with the same id: later ones, and processes of other containers. */
  started: Schema.optionalWith(Schema.String, { exact: true })
})
export type RunOwner = typeof RunOwner.Type

export const RunStarted = event("RunStarted", {
  selection: Schema.String,
  steps: Schema.Array(Step),
  tags: Schema.Record({ key: Schema.String, value: Schema.String }),
  owner: RunOwner,
  /** The run is a backfill. Absent if it is not. */
  backfill: Schema.optionalWith(Schema.Literal(true), { exact: true }),
  /** The run that this run retries. */
  retryOf: Schema.optionalWith(Schema.String, { exact: true }),
  /** Where the run reads its sources, if it reads any and the origin is known. */
  origin: Schema.optionalWith(Schema.String, { exact: true })
})
export const StepStarted = event("StepStarted", {
  ...step,
  attempt: Schema.Number
})
/** Rows handled so far by this attempt. Streamed, never stored. */
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
  /** The most attempts, including canceled ones. Absent if the attempt was canceled. */
  attempts: Schema.optionalWith(Schema.Number, { exact: true }),
  /** The partitions that are tried again. Absent for an asset without partitions. */
  partitions: Schema.optionalWith(Stored, { exact: true })
})
export const StepSucceeded = event("StepSucceeded", {
  ...step,
  action: Action,
  attempt: Schema.Number,
  durationMillis: Schema.Number,
  metadata: Metadata,
  /** What was materialized. Absent if the step only loaded or checked. */
  provenance: Schema.optionalWith(Provenance, { exact: true })
})
/** The step left the asset as it is: nothing that it is made from has changed since its materialization at `since`. */
export const StepUnchanged = event("StepUnchanged", { ...step, since: Schema.String })
export const StepFailed = event("StepFailed", {
  ...step,
  action: Action,
  attempt: Schema.Number,
  durationMillis: Schema.Number,
  error: ErrorInfo
})
/** The number of partitions. Absent if it is one. */
const Count = Schema.optionalWith(Schema.Number, { exact: true })

/** Partitions of an asset. `set` says what they mean, so that an event can be read without the declaration of the set. */
const ofSet = { ...step, set: Signature }

/**
 * Partitions were made, slice by slice, by code of one version; `unknown` if the code has no version. One event has the slices that
 * ended within some milliseconds of each other, in that order.
 */
export const PartitionsSucceeded = event("PartitionsSucceeded", {
  ...ofSet,
  code: Schema.String,
  /** What the asset observed before the run, and since when that is the same (ISO 8601 in UTC). Absent if it observes nothing. */
  observed: Schema.optionalWith(Schema.Struct({ version: Schema.String, since: Schema.String }), { exact: true }),
  slices: Schema.Array(
    Schema.Struct({ partitions: Stored, count: Count, durationMillis: Schema.Number, metadata: Metadata })
  )
})
/** Partitions were not made. What an earlier run made of them is still there. */
export const PartitionsFailed = event("PartitionsFailed", { ...ofSet, partitions: Stored, count: Count, error: ErrorInfo })
/** Partitions were not made, since the steps or partitions that they need failed. `causes` are the failed steps. */
export const PartitionsSkipped = event("PartitionsSkipped", {
  ...ofSet,
  partitions: Stored,
  count: Count,
  causes: Schema.Array(Schema.String)
})
/** Rows arrived for partitions that had been made before. The partitions are to be made again. */
export const PartitionsLate = event("PartitionsLate", { ...ofSet, partitions: Stored, rows: Schema.Number })
/** A check was evaluated. If it could not be evaluated, `passed` is false and `metadata.error` says why. */
export type CheckEvaluated = typeof CheckEvaluated.Type
export const CheckEvaluated = event("CheckEvaluated", {
  ...step,
  check: Schema.String,
  severity: Schema.Literal("warn", "error"),
  blocking: Schema.Boolean,
  passed: Schema.Boolean,
  metadata: Metadata
})
/** `causes` are the failed steps upstream of this one, directly or not. */
export const StepSkipped = event("StepSkipped", { ...step, action: Action, causes: Schema.Array(Schema.String) })
export const StepCanceled = event("StepCanceled", { ...step, action: Action })
export const RunConcluded = event("RunConcluded", {
  status: RunStatus,
  /** Of a crashed run, the time until its last heartbeat; it may have lived up to one heartbeat longer. */
  durationMillis: Schema.Number,
  /** The reason, if the steps alone do not show it: a timeout of the whole run, or a process that died. */
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
  PartitionsSucceeded,
  PartitionsFailed,
  PartitionsSkipped,
  PartitionsLate,
  RunConcluded
)
export type RunEvent = typeof RunEvent.Type

/** Whether an event is recorded. Progress is only streamed. */
export const isRecorded = (event: RunEvent): boolean => event._tag !== "StepProgressed"
