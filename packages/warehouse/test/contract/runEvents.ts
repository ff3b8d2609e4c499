import type * as Standing from "@sluice/core/partition/Standing"
import type { Stored } from "@sluice/core/partition/Stored"
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

/** A set of days, as events name it. */
const days = { partitions: "days", dimensions: [{ name: "", cut: "day", timezone: "UTC" }] }

/** Ranges of days, by the numbers of their first and last days. */
export const daysOf = (...bounds: ReadonlyArray<number>): Stored => ({ unit: "day", cells: { "": bounds } })

/** Partitions of an asset were made, in one slice for each. */
export const partitionsMade = (
  runId: string,
  asset: string,
  slices: ReadonlyArray<Stored>,
  about: { readonly at?: string; readonly code?: string; readonly rows?: number } = {}
): Standing.Event => ({
  _tag: "PartitionsSucceeded",
  runId,
  at: about.at ?? at,
  asset,
  set: days,
  code: about.code ?? "v1",
  slices: slices.map((partitions) => ({ partitions, durationMillis: 2.5, metadata: { rows: about.rows ?? 1 } }))
})

export const partitionsFailed = (runId: string, asset: string, partitions: Stored): Standing.Event => ({
  _tag: "PartitionsFailed",
  ...{ runId, at, asset, set: days, partitions, error }
})

export const partitionsLate = (runId: string, asset: string, partitions: Stored, rows: number): Standing.Event => ({
  _tag: "PartitionsLate",
  ...{ runId, at, asset, set: days, partitions, rows }
})

export const partitionsSkipped = (runId: string, asset: string, partitions: Stored): RunEvent => ({
  _tag: "PartitionsSkipped",
  ...{ runId, at, asset, set: days, partitions, causes: ["x"] }
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
    partitionsMade(runId, "contract_every_event", [daysOf(1, 1), daysOf(3, 9)]),
    partitionsFailed(runId, "contract_every_event", daysOf(2, 2)),
    partitionsSkipped(runId, "contract_every_event", daysOf(4, 4)),
    partitionsLate(runId, "contract_every_event", daysOf(3, 3), 7),
    concluded(runId, "canceled")
  ]
}
