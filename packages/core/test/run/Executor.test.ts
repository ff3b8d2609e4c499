import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Executor from "@sluice/core/run/Executor"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { arbitraryEdges, graphOf, planOf, runAll, sealed, states } from "../support.ts"

describe("Executor", () => {
  it.effect("hands every step its upstreams' values, by the names it calls them", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const [a, b, c, d] = Fixtures.diamond()
      const last = Asset.make("last", {
        upstreams: { left: d, right: a },
        materialize: (inputs) => Effect.sync(() => seen.push(inputs))
      })
      yield* runAll([a, b, c, d, last])
      expect(seen).toStrictEqual([{ left: "d(b(a),c(a))", right: "a" }])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("skips what is below a failed step, naming it, and goes on elsewhere", () =>
    Effect.gen(function* () {
      const result = yield* runAll(Fixtures.failing())
      expect(states(result)).toStrictEqual(["a Succeeded", "bad Failed", "d Succeeded", "c Skipped"])
      expect(RunResult.stepsIn(result, "Skipped").map((step) => step.state.causes)).toStrictEqual([["bad"]])
      expect(result.status).toBe("failed")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("tries again, with backoff, what may pass, and records every attempt", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(runAll(Fixtures.failing(true)))
      yield* TestClock.adjust("1 minute")
      const result = yield* Fiber.join(fiber)
      const events = yield* (yield* RunStore).events(result.runId)
      const ofBad = events.flatMap((event) => ("asset" in event && event.asset === "bad" ? [event._tag] : []))
      const oneTry = ["StepStarted", "StepRetrying"]
      expect(ofBad).toStrictEqual([...oneTry, ...oneTry, ...oneTry, "StepStarted", "StepFailed"])
      const most = events.flatMap((event) => (event._tag === "StepRetrying" ? [event.attempts] : []))
      expect(most).toStrictEqual([4, 4, 4])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("gives its slot to others while a step waits to retry", () =>
    Effect.gen(function* () {
      const flaky = Asset.make("flaky", { materialize: () => new Fixtures.FixtureFailed({ retryable: true }) })
      const other = Asset.make("other", { materialize: () => Effect.succeed(1) })
      const order: Array<string> = []
      const fiber = yield* Effect.fork(
        Executor.run(planOf(sealed([flaky, other])), {
          concurrency: 1,
          observe: (events) => Effect.sync(() => void order.push(...events.map((event) => event._tag)))
        })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      expect(order.indexOf("StepSucceeded")).toBeLessThan(order.lastIndexOf("StepRetrying"))
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("fails an attempt that takes longer than the asset allows", () =>
    Effect.gen(function* () {
      const slow = Asset.make("slow", { timeout: "5 seconds", materialize: () => Effect.never })
      const fiber = yield* Effect.fork(runAll([slow]))
      yield* TestClock.adjust("5 minutes")
      const result = yield* Fiber.join(fiber)
      expect(RunResult.stepsIn(result, "Failed").map((step) => step.state.error.message)).toStrictEqual([
        '"slow" took longer than its timeout of 5s. Raise the asset\'s `timeout` if it needs more.'
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("withholds the message of a defect, which could quote data", () =>
    Effect.gen(function* () {
      const broken = Asset.make("broken", { materialize: () => Effect.sync(() => JSON.parse("ada@secret.example")) })
      const result = yield* runAll([broken])
      const [failed] = RunResult.stepsIn(result, "Failed")
      expect(failed?.state.error.tag).toBe("Defect")
      expect(failed?.state.error.message).toContain("SyntaxError")
      expect(JSON.stringify(result.steps.get("broken"))).not.toContain("secret")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: the lines of a message come first in a stack, and one that looked like a frame was taken for the place.
  it.effect("tells no line of a defect's message as its place", () =>
    Effect.gen(function* () {
      const told = Asset.make("told", {
        materialize: () => Effect.die(new Error("bad row:\n    at Ada Lovelace, 12 Rue X"))
      })
      const result = yield* runAll([told])
      expect(JSON.stringify(result.steps.get("told"))).not.toContain("Ada")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("records a run that is interrupted as canceled, after its steps have rolled back", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const log: Array<string> = []
      const stuck = Asset.make("stuck", {
        materialize: () =>
          Effect.zipRight(Deferred.succeed(started, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.sync(() => log.push("rolled back")))
          )
      })
      const below = Asset.make("below", { upstreams: { stuck }, materialize: () => Effect.void })
      const fiber = yield* Effect.fork(runAll([stuck, below]))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      const store = yield* RunStore
      const [run] = yield* store.runs(1)
      const events = yield* store.events(run?.runId ?? "")
      expect(log).toStrictEqual(["rolled back"])
      expect(run?.status).toBe("canceled")
      expect(states(RunResult.fromEvents(events))).toStrictEqual(["stuck Canceled", "below Canceled"])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("lets a value's resources go as soon as its last reader has ended", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const say = (text: string) => Effect.sync(() => void log.push(text))
      const a = Asset.make("a", { materialize: () => Effect.acquireRelease(say("a open"), () => say("a closed")) })
      const b = Asset.make("b", { upstreams: { a }, materialize: () => say("b") })
      const c = Asset.make("c", { upstreams: { b }, materialize: () => say("c") })
      yield* runAll([a, b, c], { concurrency: 1 })
      expect(log).toStrictEqual(["a open", "b", "a closed", "c"])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("streams progress and does not record it", () =>
    Effect.gen(function* () {
      const seen: Array<RunEvent> = []
      const counting = Asset.make("counting", {
        materialize: () => Effect.zipRight(StepContext.progress(2), StepContext.progress(3))
      })
      const result = yield* Executor.run(planOf(sealed([counting])), {
        concurrency: 1,
        observe: (events) => Effect.sync(() => void seen.push(...events))
      })
      const stored = yield* (yield* RunStore).events(result.runId)
      const rows = (events: ReadonlyArray<RunEvent>) =>
        events.flatMap((event) => (event._tag === "StepProgressed" ? [event.rows] : []))
      expect([rows(seen), rows(stored)]).toStrictEqual([[2, 5], []])
      expect(stored).toStrictEqual(seen.filter((event) => event._tag !== "StepProgressed"))
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect.prop(
    "on any graph: order respected, nothing runs twice, each step ends once, concurrency within its limit",
    [
      arbitraryEdges(16),
      FastCheck.integer({ min: 1, max: 4 }),
      FastCheck.infiniteStream(FastCheck.integer({ min: 0, max: 9 }))
    ],
    ([edges, concurrency, dice]) =>
      Effect.gen(function* () {
        let running = 0
        let most = 0
        const ran: Array<string> = []
        const bad = new Set(Object.keys(edges).filter(() => dice.next().value === 0))
        const graph = graphOf(edges, [], (name) =>
          Effect.gen(function* () {
            most = Math.max(most, ++running)
            ran.push(name)
            yield* Effect.yieldNow()
            running--
            if (bad.has(name)) return yield* Effect.die("told to")
          })
        )
        const result = yield* Executor.run(planOf(graph), { concurrency })
        const doomed = (name: string): boolean => (edges[name] ?? []).some((up) => bad.has(up) || doomed(up))
        for (const { asset, state } of RunResult.stepsOf(result)) {
          expect(state._tag).toBe(doomed(asset) ? "Skipped" : bad.has(asset) ? "Failed" : "Succeeded")
        }
        expect(new Set(ran).size).toBe(ran.length)
        for (const name of ran) for (const up of edges[name] ?? []) expect(ran.indexOf(up)).toBeLessThan(ran.indexOf(name))
        expect(most).toBeLessThanOrEqual(concurrency)
        expect(running).toBe(0)
      }).pipe(Effect.provide(RunStore.layerMemory)) as Effect.Effect<void>
  )

  it.live("costs little more than the work itself", () =>
    Effect.gen(function* () {
      const result = yield* runAll(Fixtures.wide(10_000))
      expect(RunResult.stepsIn(result, "Succeeded").length).toBe(10_000)
      expect(Duration.toSeconds(Duration.millis(result.durationMillis ?? 0))).toBeLessThan(30)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
