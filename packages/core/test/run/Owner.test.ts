import { describe, expect, it } from "@effect/vitest"
import type { Stored } from "@sluice/core/partition/Stored"
import * as Owner from "@sluice/core/run/Owner"
import type { RunEvent, RunOwner } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"

const noon = "2024-06-01T12:00:00.000Z"
const here = { host: "here", pid: 1 }

/** A run of two assets, the first of them made, that nobody has concluded. */
const openRun = (runId: string, owner: { readonly host: string; readonly pid: number }): ReadonlyArray<RunEvent> => {
  const common = { runId, at: noon }
  const step = (asset: string) => ({
    asset,
    action: "materialize" as const,
    reason: { _tag: "Selected" as const },
    after: []
  })
  return [
    { ...common, _tag: "RunStarted", selection: "*", steps: [step("a"), step("b")], tags: {}, owner },
    { ...common, _tag: "StepStarted", asset: "a", attempt: 1 },
    { ...common, _tag: "StepSucceeded", asset: "a", action: "materialize", attempt: 1, durationMillis: 1, metadata: {} },
    { ...common, _tag: "StepStarted", asset: "b", attempt: 1 }
  ]
}

/** Of processes here it is known whether they live, but for one whose start nobody recorded. */
const living = (...pids: ReadonlyArray<number>) =>
  Effect.provideService(Owner.Owner, {
    self: here,
    isAlive: ({ host, pid }: RunOwner) => (host === "here" && pid !== 8 ? pids.includes(pid) : undefined)
  })

const secondsAfterNoon = (seconds: number) => TestClock.setTime(Date.parse(noon) + seconds * 1_000)

describe("closing orphans", () => {
  it.effect("closes a run whose process is gone as crashed, its open steps as canceled, once", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      yield* store.append(openRun("r1", { host: "here", pid: 7 }))
      yield* secondsAfterNoon(5)
      expect(yield* Effect.all([Owner.closeOrphans(), Owner.closeOrphans()])).toStrictEqual([["r1"], []])
      const result = RunResult.fromEvents(yield* store.events("r1"))
      expect([result.status, result.reason, RunResult.stepsOf(result).map(({ state }) => state._tag)]).toStrictEqual([
        "crashed",
        "its process (7 on here) ended without concluding it",
        ["Succeeded", "Canceled"]
      ])
    }).pipe(living(), Effect.provide(RunStore.layerMemory))
  )

  // Regression: both read the run as unfinished, and both concluded it.
  it.effect("by two starts at once, closes a run once", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      yield* store.append(openRun("r1", { host: "here", pid: 7 }))
      const both = yield* Effect.all([Owner.closeOrphans(), Owner.closeOrphans()], { concurrency: "unbounded" })
      const ends = (yield* store.events("r1")).map(({ _tag }) => _tag).slice(4)
      expect([both.flat(), ends]).toStrictEqual([["r1"], ["StepCanceled", "RunConcluded"]])
    }).pipe(living(), Effect.provide(RunStore.layerMemory))
  )

  // Regression: a run that died within ten seconds, before its first heartbeat, had lasted 0 ms.
  it.effect("tells how long a run lived by its last sign of life, an event or a heartbeat", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const seconds = (count: number) => new Date(Date.parse(noon) + count * 1_000).toISOString()
      yield* store.append(openRun("r1", { host: "here", pid: 7 }), 0)
      yield* secondsAfterNoon(4)
      yield* store.append([{ _tag: "StepStarted", runId: "r1", at: seconds(4), asset: "b", attempt: 2 }], 4)
      yield* store.append(openRun("r2", { host: "here", pid: 7 }), 0)
      yield* secondsAfterNoon(10)
      yield* store.heartbeat("r2")
      yield* secondsAfterNoon(90)
      yield* Owner.closeOrphans()
      const told = (yield* store.runs(9)).map((run) => [run.runId, run.durationMillis, run.heartbeatAt])
      expect(told).toStrictEqual([
        ["r2", 10_000, seconds(10)],
        ["r1", 4_000, seconds(4)]
      ])
      expect(RunResult.fromEvents(yield* store.events("r1")).durationMillis).toBe(4_000)
    }).pipe(living(), Effect.provide(RunStore.layerMemory))
  )

  it.effect(
    "leaves a living process of this host alone however long it is silent, and one of another host for a minute",
    () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* secondsAfterNoon(0)
        yield* store.append(openRun("local", { host: "here", pid: 7 }))
        yield* store.append(openRun("remote", { host: "there", pid: 9 }))
        yield* store.append(openRun("unknown", { host: "here", pid: 8 }))
        yield* secondsAfterNoon(59)
        expect(yield* Owner.closeOrphans()).toStrictEqual([])
        yield* secondsAfterNoon(61)
        expect(yield* Owner.closeOrphans()).toStrictEqual(["remote", "unknown"])
        yield* secondsAfterNoon(7_200)
        expect(yield* Owner.closeOrphans()).toStrictEqual([])
      }).pipe(living(7), Effect.provide(RunStore.layerMemory))
  )

  // Regression: heartbeats were compared with this machine's clock, which may be another than the one that wrote them.
  it.effect("goes by how long the store says that a run of another host is silent, and by no other clock", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      yield* secondsAfterNoon(0)
      yield* store.append(openRun("silent", { host: "there", pid: 9 }))
      yield* store.append(openRun("alive", { host: "there", pid: 9 }))
      const silence = { silent: 61_000, alive: 1_000 }
      const told = Effect.map(store.unfinished, (runs) =>
        runs.map((run) => ({ ...run, silentMillis: run.runId === "silent" ? silence.silent : silence.alive }))
      )
      yield* secondsAfterNoon(-7_200)
      const closed = yield* Effect.provideService(Owner.closeOrphans(), RunStore, { ...store, unfinished: told })
      expect(closed).toStrictEqual(["silent"])
    }).pipe(living(), Effect.provide(RunStore.layerMemory))
  )
})

describe("looking for orphans and rivals", () => {
  // Regression: both read every event of every unfinished run.
  it.effect("reads no events", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      yield* store.append(openRun("r1", { host: "here", pid: 7 }))
      const unread = RunStore.of({ ...store, events: () => Effect.die("events were read") })
      const looked = Effect.zip(Owner.concurrentRuns(["b"]), Owner.closeOrphans())
      const [rivals, closed] = yield* Effect.provideService(looked, RunStore, unread)
      expect([rivals.map(({ assets }) => assets), closed]).toStrictEqual([[["b"]], ["r1"]])
    }).pipe(living(), Effect.provide(RunStore.layerMemory))
  )
})

describe("rivals", () => {
  it.effect("are the runs that still have one of the assets to make", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      yield* store.append(openRun("r1", { host: "here", pid: 7 }))
      const told = (...assets: ReadonlyArray<string>) =>
        Effect.map(Owner.concurrentRuns(assets), (rivals) => rivals.map(({ assets, run }) => [run.runId, assets]))
      expect([yield* told("a", "b"), yield* told("a"), yield* told("c")]).toStrictEqual([[["r1", ["b"]]], [], []])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("are none if they make other partitions of the asset; without partitions, they make all of them", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const [first, ...others] = openRun("r1", { host: "here", pid: 7 })
      if (first?._tag !== "RunStarted") throw new Error("A run begins with RunStarted.")
      const steps = first.steps.map((step) => (step.asset === "b" ? { ...step, partitions: days(1, 5) } : step))
      yield* store.append([{ ...first, steps }, ...others])
      const told = (partitions?: Stored) =>
        Effect.map(
          Owner.concurrentRuns(["b"], () => partitions),
          (rivals) => rivals.length
        )
      expect([
        yield* told(days(6, 9)),
        yield* told(days(0, 0, 6, 9)),
        yield* told(days(0, 0, 5, 9)),
        yield* told({ unit: "second", cells: { "": [1, 1] } }),
        yield* told()
      ]).toStrictEqual([0, 0, 1, 1, 1])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

const days = (...bounds: ReadonlyArray<number>): Stored => ({ unit: "day", cells: { "": bounds } })
