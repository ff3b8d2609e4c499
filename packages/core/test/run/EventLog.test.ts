import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as EventFeed from "@sluice/core/run/EventFeed"
import * as Executor from "@sluice/core/run/Executor"
import * as Owner from "@sluice/core/run/Owner"
import { isRecorded, type RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore, RunStoreFailed } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { planOf } from "../support.ts"

const run = (assets: ReadonlyArray<Asset.Any>, observe: Executor.Options["observe"] = []) =>
  Effect.orDie(
    Executor.run(planOf(Either.getOrThrow(AssetGraph.fromAssets(assets))), { concurrency: 4, observe }) as Effect.Effect<
      { readonly runId: string; readonly status: string },
      RunStoreFailed,
      RunStore
    >
  )

/** The last run's events, once it is recorded as ended. */
const recorded: Effect.Effect<ReadonlyArray<RunEvent>, RunStoreFailed, RunStore> = Effect.gen(function* () {
  const store = yield* RunStore
  const [last] = yield* store.runs(1)
  if (last !== undefined && last.status !== "running") return yield* store.events(last.runId)
  yield* Effect.yieldNow()
  return yield* recorded
})

/** A store in memory some of whose operations are done otherwise. */
const storeWith = (change: (store: RunStore["Type"]) => Partial<RunStore["Type"]>) =>
  Layer.provide(
    Layer.effect(
      RunStore,
      Effect.map(RunStore, (store) => RunStore.of({ ...store, ...change(store) }))
    ),
    RunStore.layerMemory
  )

/** Every append is carried out, and its answer is lost the first time. */
const answersLost = storeWith((store) => {
  const told = new Set<number | undefined>()
  return {
    append: (events, from) =>
      Effect.zipRight(
        store.append(events, from),
        Effect.suspend(() => {
          if (told.has(from)) return Effect.void
          told.add(from)
          return new RunStoreFailed({ operation: "written", reason: "the connection was lost", retryable: true })
        })
      )
  }
})

describe("the record of a run", () => {
  // Regression: what was appended and then reported as failed was appended again.
  it.effect("holds every event once although the answer to every append is lost", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(run(Fixtures.failing()))
      yield* TestClock.adjust("1 minute")
      const { runId } = yield* Fiber.join(fiber)
      const events = yield* (yield* RunStore).events(runId)
      expect(events.map(({ _tag }) => _tag).sort()).toStrictEqual([
        "RunConcluded",
        "RunStarted",
        "StepFailed",
        "StepSkipped",
        "StepStarted",
        "StepStarted",
        "StepStarted",
        "StepSucceeded",
        "StepSucceeded"
      ])
    }).pipe(Effect.provide(answersLost))
  )

  it.effect("that another start has closed ends the run, which rolls back and says how to carry it on", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const closed = yield* Deferred.make<void>()
      const log: Array<string> = []
      const first = Asset.make("first", { materialize: () => Deferred.await(closed) })
      const endless = Asset.make("endless", {
        materialize: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => log.push("rolled back")))
      })
      const fiber = yield* Effect.fork(run([first, endless]))
      yield* TestClock.adjust("2 minutes")
      expect((yield* Owner.closeOrphans()).length).toStrictEqual(1)
      const [before] = yield* store.runs(1)
      yield* Deferred.succeed(closed, undefined)
      const exit = yield* Fiber.await(fiber)
      expect(String(Exit.isFailure(exit) && Cause.squash(exit.cause))).toMatch(/concluded by another start .* retry \S+`/)
      expect([yield* store.runs(9), before?.status, log]).toStrictEqual([[before], "crashed", ["rolled back"]])
    }).pipe(
      Effect.provideService(Owner.Owner, { self: { host: "here", pid: 1 }, isAlive: () => false }),
      Effect.provide(RunStore.layerMemory)
    )
  )

  it.effect("that breaks unexpectedly ends the run, which would go on unrecorded", () =>
    Effect.gen(function* () {
      const endless = Asset.make("endless", { materialize: () => Effect.never })
      const exit = yield* Effect.exit(run([endless]))
      expect(Exit.isFailure(exit) && [...Cause.defects(exit.cause)].map(String)).toStrictEqual(["RangeError: broken"])
    }).pipe(Effect.provide(storeWith(() => ({ append: () => Effect.die(new RangeError("broken")) }))))
  )
})

describe("an observer", { timeout: 60_000 }, () => {
  // Regression: the record waited for whoever watched, so that a reader that stopped reading stopped the record.
  it.effect("that is stuck holds up neither the run nor its record, and is given the rest when it goes on", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const seen: Array<RunEvent> = []
      const stuck = (events: ReadonlyArray<RunEvent>) =>
        Effect.map(Deferred.await(gate), () => {
          seen.push(...events)
        })
      const fiber = yield* Effect.fork(run(Fixtures.diamond(), stuck))
      const events = yield* recorded
      expect([events.at(-1)?._tag, seen, fiber.unsafePoll()]).toStrictEqual(["RunConcluded", [], null])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      expect(seen).toStrictEqual(events)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that is stuck holds up no other observer", () =>
    Effect.gen(function* () {
      const seen: Array<RunEvent> = []
      const quick = (events: ReadonlyArray<RunEvent>) => Effect.sync(() => void seen.push(...events))
      const fiber = yield* Effect.fork(run(Fixtures.chain(), [() => Effect.never, quick]))
      const events = yield* recorded
      while (seen.length < events.length) yield* Effect.yieldNow()
      expect(seen).toStrictEqual(events)
      yield* TestClock.adjust("1 hour")
      expect(fiber.unsafePoll()).toBe(null)
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that falls further behind than is kept for it is given the record of what it missed, in order and once", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const batches: Array<ReadonlyArray<RunEvent>> = []
      const slow = (events: ReadonlyArray<RunEvent>) =>
        Effect.map(Deferred.await(gate), () => {
          batches.push(events)
        })
      const fiber = yield* Effect.fork(run(Fixtures.wide(EventFeed.capacity), slow))
      const events = yield* recorded
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      expect(events.length).toBeGreaterThan(2 * EventFeed.capacity)
      expect(batches.flat()).toStrictEqual(events)
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(EventFeed.capacity)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that is slow all along sees every recorded event once, in order, whatever it misses of the progress", () =>
    Effect.gen(function* () {
      const seen: Array<RunEvent> = []
      const slow = (events: ReadonlyArray<RunEvent>) =>
        Effect.gen(function* () {
          for (let turn = 0; turn < 400; turn++) yield* Effect.yieldNow()
          seen.push(...events)
        })
      const busy = (name: string) =>
        Asset.make(name, {
          materialize: () =>
            Effect.gen(function* () {
              for (let part = 0; part < 24; part++) {
                yield* StepContext.progress(1)
                yield* Effect.yieldNow()
              }
            })
        })
      const { runId } = yield* run(
        Array.from({ length: 800 }, (_, index) => busy(`b${index}`)),
        slow
      )
      expect(seen.filter(isRecorded)).toStrictEqual(yield* (yield* RunStore).events(runId))
      expect(seen.length).toBeLessThan(800 * 26)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that catches up is not given early what is recorded and has yet to be offered to it", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const gate = yield* Deferred.make<void>()
      const seen: Array<RunEvent> = []
      const feed = yield* EventFeed.make("r", (events) =>
        Effect.map(Deferred.await(gate), () => {
          seen.push(...events)
        })
      )
      const events = Array.from(
        { length: EventFeed.capacity + 2 },
        (_, attempt): RunEvent => ({ _tag: "StepStarted", runId: "r", at: "2024-01-01T00:00:00.000Z", asset: "a", attempt })
      )
      yield* store.append(events, 0)
      feed.offer(events.slice(0, -1), 0)
      yield* Deferred.succeed(gate, undefined)
      while (seen.length < events.length - 1) yield* Effect.yieldNow()
      feed.offer(events.slice(-1), events.length - 1)
      yield* feed.end
      yield* feed.seen
      expect(seen).toStrictEqual(events)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: a defect in an observer ended the drain silently, and with it the record.
  it.effect("that breaks is reported once, without what it quotes, and is given what follows", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(String(message)))
      const seen: Array<string> = []
      const broken = (events: ReadonlyArray<RunEvent>) => {
        seen.push(...events.map(({ _tag }) => _tag))
        throw new RangeError("ada@secret.example")
      }
      const slow = Asset.make("slow", { materialize: () => Effect.sleep("1 second") })
      const fiber = yield* Effect.fork(
        run([slow, ...Fixtures.chain()], broken).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      )
      yield* TestClock.adjust("1 minute")
      const { runId, status } = yield* Fiber.join(fiber)
      const events = yield* (yield* RunStore).events(runId)
      expect([status, seen]).toStrictEqual(["succeeded", events.map(({ _tag }) => _tag)])
      expect(logged.length).toBe(1)
      expect(logged[0] ?? "").toMatch(/^The display of the run broke with an unexpected RangeError/)
      expect(logged[0]).not.toContain("secret")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that cannot be given what it missed is told of it once, and sees what follows", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(String(message)))
      const gate = yield* Deferred.make<void>()
      const seen: Array<RunEvent> = []
      const slow = (events: ReadonlyArray<RunEvent>) =>
        Effect.map(Deferred.await(gate), () => {
          seen.push(...events)
        })
      const last = Asset.make("last", {
        upstreams: Object.fromEntries(Fixtures.wide(EventFeed.capacity).map((asset) => [asset.name, asset])),
        materialize: () => Effect.sleep("1 minute")
      })
      const fiber = yield* Effect.fork(
        run([...Object.values(last.upstreams), last], slow).pipe(
          Effect.provide(Logger.replace(Logger.defaultLogger, logger))
        )
      )
      yield* TestClock.adjust("30 seconds")
      yield* Deferred.succeed(gate, undefined)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      expect(logged.join()).toMatch(/^\d+ events of the run are recorded and could not be shown\. .* the disk is full$/)
      expect(seen.at(-1)?._tag).toStrictEqual("RunConcluded")
    }).pipe(
      Effect.provide(
        storeWith(() => ({
          events: () => new RunStoreFailed({ operation: "read", reason: "the disk is full", retryable: false })
        }))
      )
    )
  )

  it.effect("that is stuck keeps an interrupted run for five seconds, and no longer", () =>
    Effect.gen(function* () {
      const endless = Asset.make("endless", { materialize: () => Effect.never })
      const fiber = yield* Effect.fork(run([endless], () => Effect.never))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interruptFork(fiber)
      yield* TestClock.adjust("4 seconds")
      const before = fiber.unsafePoll()
      const [last] = yield* (yield* RunStore).runs(1)
      yield* TestClock.adjust("1 second")
      const exit = yield* Fiber.await(fiber)
      expect([before, last?.status, Exit.isInterrupted(exit)]).toStrictEqual([null, "canceled", true])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
