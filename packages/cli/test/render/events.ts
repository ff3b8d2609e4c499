import type { RunEvent } from "@sluice/core/run/RunEvent"
import { UpstreamRestarted } from "@sluice/core/run/StepFailure"

const run = { runId: "20240301-093000-abcd" }
export const owner = { host: "here", pid: 42 }
const at = (second: number) => new Date(Date.UTC(2024, 2, 1, 9, 30, 0, second * 1000)).toISOString()
const error = {
  tag: "WarehouseFailed",
  message: "Could not publish bad: the server refused a row (ER_DUP_ENTRY). Look at the key, or at the rows that share one.",
  retryable: true
}

/** A run of a → bad → c with a loaded, of which bad is tried twice and fails, beside d with a check that only warns. */
export const failingRun: ReadonlyArray<RunEvent> = [
  {
    _tag: "RunStarted",
    ...run,
    at: at(0),
    selection: "bad or c or d",
    steps: [
      { asset: "a", action: "load", reason: { _tag: "LoadedFor", assets: ["bad", "d"] }, after: [] },
      { asset: "bad", action: "materialize", reason: { _tag: "Selected" }, after: ["a"] },
      { asset: "d", action: "materialize", reason: { _tag: "Selected" }, after: ["a"] },
      { asset: "c", action: "materialize", reason: { _tag: "Selected" }, after: ["bad"] }
    ],
    tags: {},
    owner
  },
  { _tag: "StepStarted", ...run, at: at(0.01), asset: "a", attempt: 1 },
  { _tag: "StepSucceeded", ...run, at: at(0.02), asset: "a", action: "load", attempt: 1, durationMillis: 10, metadata: {} },
  { _tag: "StepStarted", ...run, at: at(0.02), asset: "bad", attempt: 1 },
  { _tag: "StepStarted", ...run, at: at(0.02), asset: "d", attempt: 1 },
  { _tag: "StepProgressed", ...run, at: at(0.5), asset: "d", attempt: 1, rows: 12_000 },
  { _tag: "StepRetrying", ...run, at: at(1), asset: "bad", attempt: 1, error, delayMillis: 500 },
  {
    _tag: "CheckEvaluated",
    ...run,
    at: at(1.2),
    asset: "d",
    check: "no_orphans",
    severity: "warn",
    blocking: false,
    passed: false,
    metadata: { orphans: 3 }
  },
  {
    _tag: "StepSucceeded",
    ...run,
    at: at(1.2),
    asset: "d",
    action: "materialize",
    attempt: 1,
    durationMillis: 1180,
    metadata: { rows: 12_345, quarantined: 2, duplicates: 0 }
  },
  { _tag: "StepStarted", ...run, at: at(1.5), asset: "bad", attempt: 2 },
  { _tag: "StepFailed", ...run, at: at(2), asset: "bad", action: "materialize", attempt: 2, durationMillis: 500, error },
  { _tag: "StepSkipped", ...run, at: at(2), asset: "c", action: "materialize", causes: ["bad"] },
  { _tag: "RunConcluded", ...run, at: at(2), status: "failed", durationMillis: 2000 }
]

const restarted = new UpstreamRestarted({ asset: "t", upstream: "s" })

/** A run in which t is made from s while s is read, and restarts with it. */
export const readingRun: ReadonlyArray<RunEvent> = [
  {
    _tag: "RunStarted",
    ...run,
    at: at(0),
    selection: "t",
    steps: [
      { asset: "s", action: "materialize", reason: { _tag: "NeededBy", assets: ["t"] }, after: [] },
      { asset: "t", action: "materialize", reason: { _tag: "Selected" }, after: ["s"] }
    ],
    tags: {},
    owner
  },
  { _tag: "StepStarted", ...run, at: at(0.01), asset: "s", attempt: 1 },
  { _tag: "StepStarted", ...run, at: at(0.1), asset: "t", attempt: 1 },
  {
    _tag: "StepRetrying",
    ...run,
    at: at(1),
    asset: "t",
    attempt: 1,
    error: { tag: restarted._tag, message: restarted.message, retryable: true },
    delayMillis: 0
  },
  { _tag: "StepRetrying", ...run, at: at(1), asset: "s", attempt: 1, error, delayMillis: 500 },
  { _tag: "StepStarted", ...run, at: at(1.5), asset: "s", attempt: 2 },
  { _tag: "StepStarted", ...run, at: at(1.6), asset: "t", attempt: 2 },
  {
    _tag: "StepSucceeded",
    ...run,
    at: at(2),
    asset: "s",
    action: "materialize",
    attempt: 2,
    durationMillis: 500,
    metadata: {}
  },
  {
    _tag: "StepSucceeded",
    ...run,
    at: at(2.1),
    asset: "t",
    action: "materialize",
    attempt: 2,
    durationMillis: 500,
    metadata: {}
  },
  { _tag: "RunConcluded", ...run, at: at(2.1), status: "succeeded", durationMillis: 2100 }
]
