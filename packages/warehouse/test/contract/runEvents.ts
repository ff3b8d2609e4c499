import type { RunEvent, RunStatus } from "@sluice/core/run/RunEvent"

/** Events of made-up runs, for the contract of run stores. */

/** The default time of the events. */
export const at = "2024-01-01T00:00:00.123Z"
/** The error of a failed step. */
export const error = { tag: "SomeFailed", message: "It broke: 'quoted' \\ \n é😀", retryable: true }
/** Text with quotes, escapes and non-ASCII characters. */
export const selection = "the words of the selection, 'quoted' \\ and é😀"

/** The start of a run of two steps. */
export const runStarted = (runId: string, startedAt: string): RunEvent => ({
  _tag: "RunStarted",
  runId,
  at: startedAt,
  selection,
  steps: [
    { asset: "a", action: "materialize", reason: { _tag: "Selected" }, after: [] },
    { asset: "b", action: "load", reason: { _tag: "LoadedFor", assets: ["c"] }, after: ["a"] }
  ],
  tags: { by: "contract" },
  owner: { host: "here", pid: 42 },
  origin: "https://api.example.com"
})

/** The start of a run that does the same with each of some assets. */
export const startedWith = (
  runId: string,
  startedAt: string,
  assets: ReadonlyArray<string>,
  action: "materialize" | "check"
): RunEvent => ({
  _tag: "RunStarted",
  runId,
  at: startedAt,
  selection,
  steps: assets.map((asset) => ({ asset, action, reason: { _tag: "Selected" }, after: [] })),
  tags: {},
  owner: { host: "here", pid: 42 }
})

/** The provenance of every materialization here. */
export const provenance = { code: "v1", inputs: { up: "d1" }, data: "d2", origins: ["https://api.example.com", "sample"] }

export const stepStarted = (runId: string, attempt: number): RunEvent => ({
  _tag: "StepStarted",
  runId,
  at,
  asset: "a",
  attempt
})

export const succeeded = (runId: string, asset: string, action: "materialize" | "load", rows: number): RunEvent => ({
  _tag: "StepSucceeded",
  runId,
  at,
  asset,
  action,
  attempt: 1,
  durationMillis: 1.5,
  metadata: { rows, full: true, note: "é😀" },
  ...(action === "materialize" ? { provenance } : {})
})

export const concluded = (runId: string, status: RunStatus): Extract<RunEvent, { readonly _tag: "RunConcluded" }> => ({
  _tag: "RunConcluded",
  runId,
  at,
  status,
  durationMillis: 12.345
})

/** One event of each kind. */
export const everyEvent = (runId: string): ReadonlyArray<RunEvent> => {
  return [
    runStarted(runId, at),
    stepStarted(runId, 1),
    { _tag: "StepRetrying", runId, at, asset: "a", attempt: 1, error, delayMillis: 250 },
    {
      _tag: "CheckEvaluated",
      runId,
      at,
      asset: "a",
      check: "c",
      severity: "warn",
      blocking: false,
      passed: false,
      metadata: {}
    },
    succeeded(runId, "contract_every_event", "materialize", 1),
    { _tag: "StepUnchanged", runId, at, asset: "contract_every_event", since: at },
    { _tag: "StepFailed", runId, at, asset: "b", action: "materialize", attempt: 2, durationMillis: 0.5, error },
    { _tag: "StepSkipped", runId, at, asset: "c", action: "materialize", causes: ["b"] },
    { _tag: "StepCanceled", runId, at, asset: "d", action: "materialize" },
    concluded(runId, "canceled")
  ]
}
