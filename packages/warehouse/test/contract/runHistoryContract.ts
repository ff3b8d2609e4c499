import { expect, layer } from "@effect/vitest"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { at, concluded, provenance, runStarted, selection, startedWith, succeeded } from "./runEvents.ts"

/** Every run store reports its runs and their assets like this. It needs a fresh one. */
export const runHistoryContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<RunStore, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: run history`, (it) => {
    // Regression: the run with the latest clock counted as the last one.
    it.effect("runs are listed from the last recorded on, whatever clock they had, with how they stand", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        for (const day of ["05", "04", "06"]) {
          yield* store.append([runStarted(`299901${day}-000000-list`, `2999-01-${day}T00:00:00.000Z`)])
        }
        yield* store.append([concluded("29990104-000000-list", "succeeded"), concluded("29990105-000000-list", "canceled")])
        const summary = (day: string, status: string, durationMillis?: number) => ({
          runId: `299901${day}-000000-list`,
          startedAt: `2999-01-${day}T00:00:00.000Z`,
          selection,
          tags: { by: "contract" },
          retryOf: undefined,
          backfill: false,
          partitions: undefined,
          origin: "https://api.example.com",
          owner: { host: "here", pid: 42 },
          status,
          durationMillis,
          reason: undefined
        })
        const listed = (limit: number) => Effect.map(store.runs(limit), (runs) => runs.map(({ heartbeatAt, ...run }) => run))
        expect(yield* listed(3)).toStrictEqual([
          summary("06", "running"),
          summary("04", "succeeded", 12.345),
          summary("05", "canceled", 12.345)
        ])
        expect(yield* listed(1)).toStrictEqual([summary("06", "running")])
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

    it.effect("an asset's materializations are listed from the last recorded on", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const times = ["2024-01-02T00:00:00.000Z", "2024-01-01T00:00:00.000Z", "2024-01-03T00:00:00.000Z"]
        const made = times.map((time, index) => ({ ...succeeded(`h${index}`, "historic", "materialize", index), at: time }))
        for (const event of made) yield* store.append([event])
        expect(
          (yield* store.history("historic", 2)).map(({ at, metadata, runId }) => [runId, at, metadata["rows"]])
        ).toStrictEqual([
          ["h2", times[2], 2],
          ["h1", times[1], 1]
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

    it.effect(
      "a run that has not concluded is unfinished, and is silent since its last heartbeat by the store's clock",
      () =>
        Effect.gen(function* () {
          const store = yield* RunStore
          yield* store.append([
            runStarted("beat-1", "1999-01-01T00:00:00.000Z"),
            runStarted("beat-2", "1999-01-02T00:00:00.000Z")
          ])
          yield* Effect.sleep("50 millis")
          yield* store.heartbeat("beat-2")
          yield* store.heartbeat("nowhere")
          const beats = Effect.map(store.unfinished, (runs) => runs.filter(({ runId }) => runId.startsWith("beat-")))
          const [first, second, ...others] = yield* beats
          expect([first?.runId, second?.runId, others]).toStrictEqual(["beat-1", "beat-2", []])
          const [earlier, later] = [first?.silentMillis ?? 0, second?.silentMillis ?? 0]
          // Timers and the clock round differently.
          expect([earlier - later >= 45, later >= 0, earlier < 60_000]).toStrictEqual([true, true, true])
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

    it.effect("the newest run that was to materialize something is found behind any number that only checked", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const minute = (n: number) => `3500-01-01T00:${String(n).padStart(2, "0")}:00.000Z`
        yield* store.append([startedWith("made-1", minute(0), ["a", "b"], "materialize")], 0)
        for (let n = 1; n < 60; n++) yield* store.append([startedWith(`check-${n}`, minute(n), ["a"], "check")], 0)
        expect(yield* store.latestMaterializingRun).toBe("made-1")
      })
    )
  })
