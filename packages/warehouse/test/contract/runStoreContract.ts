import { expect, layer } from "@effect/vitest"
import type { RunEvent, RunStatus } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** What every run store on SQL does. It needs a fresh one. */
export const runStoreContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<RunStore, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: run store`, (it) => {
    it.effect("events of every kind come back as they were appended, in order", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const events = everyEvent("20240101-000000-kind")
        yield* store.append(events.slice(0, 3))
        yield* store.append(events.slice(3))
        expect(yield* store.events("20240101-000000-kind")).toStrictEqual(events)
      })
    )

    it.effect("a run that is not there has no events", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        expect(yield* store.events("nowhere")).toStrictEqual([])
        yield* store.append([])
      })
    )

    it.effect("thousands of events in one append keep their order", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const events = Array.from({ length: 3_000 }, (_, attempt) => stepStarted("20240101-000000-many", attempt))
        yield* store.append(events)
        yield* store.append([stepStarted("20240101-000000-many", 3_000)])
        expect(
          (yield* store.events("20240101-000000-many")).map((event) => "attempt" in event && event.attempt)
        ).toStrictEqual(Array.from({ length: 3_001 }, (_, attempt) => attempt))
      })
    )

    it.effect("an append that fails leaves nothing of itself, and its error says so without a value", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = "20240101-000000-once"
        yield* store.append([runStarted(run, "2024-01-01T00:00:00.000Z")])
        const again = [stepStarted(run, 1), runStarted(run, "2024-01-01T00:00:00.000Z"), stepStarted(run, 2)]
        const error = yield* Effect.flip(store.append(again))
        expect(error.operation).toBe("written")
        expect(error.retryable).toBe(false)
        expect(error.message).not.toContain("the words of the selection")
        expect(yield* store.events(run)).toStrictEqual([runStarted(run, "2024-01-01T00:00:00.000Z")])
      })
    )

    it.effect("runs are listed from the newest on, with how they stand", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        for (const day of ["05", "04", "06"]) {
          yield* store.append([runStarted(`299901${day}-000000-list`, `2999-01-${day}T00:00:00.000Z`)])
        }
        yield* store.append([concluded("29990104-000000-list", "succeeded"), concluded("29990105-000000-list", "canceled")])
        const summary = (day: string, status: string, durationMillis: number | undefined) => ({
          runId: `299901${day}-000000-list`,
          startedAt: `2999-01-${day}T00:00:00.000Z`,
          selection,
          tags: { by: "contract" },
          retryOf: undefined,
          owner: { host: "here", pid: 42 },
          status,
          durationMillis,
          reason: undefined,
          heartbeatAt: `2999-01-${day}T00:00:00.000Z`
        })
        expect(yield* store.runs(3)).toStrictEqual([
          summary("06", "running", undefined),
          summary("05", "canceled", 12.345),
          summary("04", "succeeded", 12.345)
        ])
        expect(yield* store.runs(1)).toStrictEqual([summary("06", "running", undefined)])
      })
    )

    it.effect("an asset's last materialization is remembered; loading or failing is none", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* store.append([succeeded("r1", "table_a", "materialize", 1), succeeded("r1", "table_b", "materialize", 2)])
        yield* store.append([succeeded("r2", "table_a", "materialize", 3), succeeded("r2", "table_b", "load", 4)])
        const all = yield* store.materializations
        expect([all.get("table_a"), all.get("table_b"), all.get("table_c")]).toStrictEqual([
          {
            asset: "table_a",
            runId: "r2",
            at,
            durationMillis: 1.5,
            metadata: { rows: 3, full: true, note: "é😀" },
            provenance
          },
          {
            asset: "table_b",
            runId: "r1",
            at,
            durationMillis: 1.5,
            metadata: { rows: 2, full: true, note: "é😀" },
            provenance
          },
          undefined
        ])
      })
    )

    it.effect("an asset's materializations are listed from the newest on", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const times = ["2024-01-02T00:00:00.000Z", "2024-01-01T00:00:00.000Z", "2024-01-03T00:00:00.000Z"]
        const made = times.map((time, index) => ({ ...succeeded(`h${index}`, "historic", "materialize", index), at: time }))
        for (const event of made) yield* store.append([event])
        expect(
          (yield* store.history("historic", 2)).map(({ at, metadata, runId }) => [runId, at, metadata["rows"]])
        ).toStrictEqual([
          ["h2", times[2], 2],
          ["h0", times[0], 0]
        ])
        expect(yield* store.history("nowhere", 2)).toStrictEqual([])
      })
    )

    it.effect("how an asset's last step ended is remembered, and what each of its checks found last", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const check = (name: string, passed: boolean): RunEvent => ({
          _tag: "CheckEvaluated",
          runId: "s1",
          at,
          asset: "checked",
          check: name,
          severity: "error",
          blocking: true,
          passed,
          metadata: { rows: 1 }
        })
        yield* store.append([
          check("a", true),
          check("b", true),
          check("b", false),
          succeeded("s1", "checked", "materialize", 1)
        ])
        yield* store.append([
          { _tag: "StepSkipped", runId: "s2", at, asset: "checked", action: "materialize", causes: ["x"] },
          check("a", false)
        ])
        expect((yield* store.lastSteps).get("checked")).toStrictEqual({ status: "skipped", runId: "s2", at })
        expect(yield* store.checks("checked")).toStrictEqual([check("a", false), check("b", false)])
        expect(yield* store.checks("nowhere")).toStrictEqual([])
      })
    )

    it.effect("a run that has not concluded is unfinished, and its heartbeat is the last one it gave", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* store.append([
          runStarted("beat-1", "1999-01-01T00:00:00.000Z"),
          runStarted("beat-2", "1999-01-02T00:00:00.000Z")
        ])
        const before = new Date(yield* Clock.currentTimeMillis).toISOString()
        yield* store.heartbeat("beat-2")
        yield* store.heartbeat("nowhere")
        const [first, second] = yield* store.unfinished
        expect([first?.runId, first?.heartbeatAt, second?.runId]).toStrictEqual([
          "beat-1",
          "1999-01-01T00:00:00.000Z",
          "beat-2"
        ])
        expect(String(second?.heartbeatAt) >= before).toBe(true)
        yield* store.append([concluded("beat-1", "succeeded"), { ...concluded("beat-2", "crashed"), reason: "it died" }])
        expect((yield* store.unfinished).map(({ runId }) => runId)).not.toContain("beat-2")
        expect(
          (yield* store.runs(100)).filter(({ runId }) => runId === "beat-2").map(({ reason, status }) => [status, reason])
        ).toStrictEqual([["crashed", "it died"]])
      })
    )

    it.effect("invalidating an asset forgets its last materialization, and nothing of its runs or of others", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const made = ["gone", "stays"].map((asset) => succeeded("inv-1", asset, "materialize", 1))
        yield* store.append([runStarted("inv-1", "1995-01-01T00:00:00.000Z"), ...made, concluded("inv-1", "succeeded")])
        yield* store.invalidate(["gone", "never_there"])
        const left = yield* store.materializations
        expect([left.has("gone"), left.has("stays"), (yield* store.events("inv-1")).length]).toStrictEqual([false, true, 4])
      })
    )

    it.effect("pruning forgets old concluded runs but the newest, and never an asset's last materialization", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = (id: string, day: string, events: ReadonlyArray<RunEvent>) =>
          store.append([runStarted(id, `1990-01-${day}T00:00:00.000Z`), ...events])
        yield* run("old-1", "01", [succeeded("old-1", "pruned", "materialize", 1), concluded("old-1", "succeeded")])
        yield* run("old-2", "02", [succeeded("old-2", "pruned", "materialize", 2), concluded("old-2", "succeeded")])
        yield* run("old-3", "03", [])
        const all = (yield* store.runs(1_000)).length
        expect(yield* store.prune({ before: "1990-02-01T00:00:00.000Z", keep: all })).toStrictEqual({ runs: 0, events: 0 })
        expect(yield* store.prune({ before: "1990-02-01T00:00:00.000Z", keep: 0 })).toStrictEqual({ runs: 2, events: 6 })
        expect([yield* store.events("old-1"), yield* store.history("pruned", 5)]).toStrictEqual([[], []])
        expect((yield* store.events("old-3")).length).toBe(1)
        expect((yield* store.materializations).get("pruned")?.metadata["rows"]).toBe(2)
      })
    )

    it.effect("runs that append at the same time do not lose an event", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const runs = Array.from({ length: 8 }, (_, index) => `20240101-000000-con${index}`)
        yield* Effect.forEach(
          runs,
          (run) =>
            Effect.forEach([0, 1, 2, 3, 4], (attempt) =>
              store.append([stepStarted(run, attempt), succeeded(run, run, "materialize", 1)])
            ),
          { concurrency: "unbounded" }
        )
        expect(yield* Effect.forEach(runs, (run) => Effect.map(store.events(run), (events) => events.length))).toStrictEqual(
          runs.map(() => 10)
        )
      })
    )
  })

const at = "2024-01-01T00:00:00.123Z"
const selection = "the words of the selection, 'quoted' \\ and é😀"

const runStarted = (runId: string, startedAt: string): RunEvent => ({
  _tag: "RunStarted",
  runId,
  at: startedAt,
  selection,
  steps: [
    { asset: "a", action: "materialize", reason: { _tag: "Selected" }, after: [] },
    { asset: "b", action: "load", reason: { _tag: "LoadedFor", assets: ["c"] }, after: ["a"] }
  ],
  tags: { by: "contract" },
  owner: { host: "here", pid: 42 }
})

const provenance = { code: "v1", inputs: { up: "d1" }, data: "d2" }

const stepStarted = (runId: string, attempt: number): RunEvent => ({ _tag: "StepStarted", runId, at, asset: "a", attempt })

const succeeded = (runId: string, asset: string, action: "materialize" | "load", rows: number): RunEvent => ({
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

const concluded = (runId: string, status: RunStatus): Extract<RunEvent, { readonly _tag: "RunConcluded" }> => ({
  _tag: "RunConcluded",
  runId,
  at,
  status,
  durationMillis: 12.345
})

const everyEvent = (runId: string): ReadonlyArray<RunEvent> => {
  const error = { tag: "SomeFailed", message: "It broke: 'quoted' \\ \n é😀", retryable: true }
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
