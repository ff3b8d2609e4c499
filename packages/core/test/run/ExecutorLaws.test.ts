import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { arbitraryEdges, brokeNothing, holds, planOf } from "../support.ts"

/** What a graph of working, failing and resource-holding assets did to the world. */
const world = () => ({ running: 0, open: 0 })

const graphOn = (
  state: ReturnType<typeof world>,
  edges: Readonly<Record<string, ReadonlyArray<string>>>,
  dice: { next: () => number }
) => {
  const assets = new Map<string, Asset.Any>()
  for (const [name, ups] of Object.entries(edges)) {
    const upstreams = Object.fromEntries(
      ups.flatMap((up) => (assets.has(up) ? [[up, assets.get(up)]] : []))
    ) as Asset.Upstreams
    const steps = dice.next() % 5
    const breaks = dice.next() % 7 === 0
    const work = Effect.gen(function* () {
      yield* Effect.acquireRelease(
        Effect.sync(() => state.open++),
        () => Effect.sync(() => state.open--)
      )
      for (let step = 0; step < steps; step++) yield* Effect.yieldNow()
      if (breaks) return yield* new Fixtures.FixtureFailed({ retryable: false })
    })
    const counted = Effect.acquireUseRelease(
      Effect.sync(() => state.running++),
      () => work,
      () => Effect.sync(() => state.running--)
    )
    assets.set(name, Asset.make(name, { upstreams, materialize: () => counted }))
  }
  return Either.getOrThrow(AssetGraph.fromAssets([...assets.values()]))
}

const terminal = new Set(["StepSucceeded", "StepFailed", "StepSkipped", "StepCanceled", "StepUnchanged"])
const endsOf = (events: ReadonlyArray<RunEvent>, asset: string) =>
  events.filter((event) => "asset" in event && event.asset === asset && terminal.has(event._tag)).length

const recordedEvents = Effect.gen(function* () {
  const store = yield* RunStore
  const [run] = yield* store.runs(1)
  return { status: run?.status, events: run === undefined ? [] : yield* store.events(run.runId) }
})

const dice = FastCheck.array(FastCheck.nat(100), { minLength: 40, maxLength: 40 })

describe("a run, interrupted at any point", () => {
  it(
    "leaves nothing running and nothing open, ends every step exactly once, and is recorded as canceled or as what it was",
    () =>
      holds(FastCheck.tuple(arbitraryEdges(10), FastCheck.integer({ min: 0, max: 60 }), dice), ([edges, patience, rolls]) =>
        Effect.gen(function* () {
          let roll = 0
          const state = world()
          const graph = graphOn(state, edges, { next: () => rolls[roll++ % rolls.length] ?? 0 })
          const running = Executor.run(planOf(graph), { concurrency: 3 }) as Effect.Effect<unknown, never, RunStore>
          const fiber = yield* Effect.fork(running)
          for (let turn = 0; turn < patience; turn++) yield* Effect.yieldNow()
          brokeNothing(yield* Fiber.interrupt(fiber))
          expect(state).toStrictEqual({ running: 0, open: 0 })
          const { events, status } = yield* recordedEvents
          if (status === undefined) return
          expect(["canceled", "succeeded", "failed"]).toContain(status)
          expect(Object.keys(edges).map((name) => endsOf(events, name))).toStrictEqual(Object.keys(edges).map(() => 1))
          expect(events.at(-1)?._tag).toBe("RunConcluded")
        }).pipe(Effect.orDie, Effect.provide(RunStore.layerMemory))
      ),
    60_000
  )
})

describe("a run that is left alone", () => {
  it(
    "holds nothing open at its end, whatever failed on the way",
    () =>
      holds(FastCheck.tuple(arbitraryEdges(10), FastCheck.boolean(), dice), ([edges, failFast, rolls]) =>
        Effect.gen(function* () {
          let roll = 0
          const state = world()
          const graph = graphOn(state, edges, { next: () => rolls[roll++ % rolls.length] ?? 0 })
          yield* Executor.run(planOf(graph), { concurrency: 2, failFast }) as Effect.Effect<unknown, never, RunStore>
          expect(state).toStrictEqual({ running: 0, open: 0 })
          const { events } = yield* recordedEvents
          expect(Object.keys(edges).map((name) => endsOf(events, name))).toStrictEqual(Object.keys(edges).map(() => 1))
        }).pipe(Effect.orDie, Effect.provide(RunStore.layerMemory))
      ),
    60_000
  )
})
