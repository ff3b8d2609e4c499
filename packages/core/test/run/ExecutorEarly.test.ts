import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as RetryPolicy from "@sluice/core/asset/RetryPolicy"
import { StepContext } from "@sluice/core/asset/StepContext"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { arbitraryEdges, brokeNothing, holds, runAll } from "../support.ts"

const recorded = Effect.gen(function* () {
  const store = yield* RunStore
  const [run] = yield* store.runs(1)
  return run === undefined ? [] : yield* store.events(run.runId)
})
const told = (events: ReadonlyArray<RunEvent>) =>
  events.flatMap((event) => ("asset" in event ? [`${event.asset} ${event._tag}`] : []))
const now: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: 0 }

/** A value that is handed on at once, and is what `rest` makes of it. */
const source = (rest: Effect.Effect<"same" | "changed", Fixtures.FixtureFailed>, value: () => string = () => "rows") =>
  Asset.make("source", {
    retry: now,
    materialize: Effect.fnUntraced(function* () {
      yield* StepContext.handOff(rest)
      const { concluded } = yield* StepContext
      return { text: value, concluded }
    })
  })

describe("a step that hands its value on early", () => {
  it.effect("is worked on downstream before it has ended, and ends first", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const early = source(Effect.as(Deferred.await(begun), "same"))
      const reader = Asset.make("reader", {
        upstreams: { early },
        materialize: () => Deferred.succeed(begun, undefined)
      })
      const result = yield* runAll([early, reader])
      expect(result.status).toBe("succeeded")
      expect(told(yield* recorded)).toStrictEqual([
        "source StepStarted",
        "reader StepStarted",
        "source StepSucceeded",
        "reader StepSucceeded"
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("has its readers begin again when the value became another, and they see the later one alone", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      let version = "first"
      const seen: Array<string> = []
      const rest = Effect.as(
        Effect.andThen(
          Deferred.await(begun),
          Effect.sync(() => {
            version = "second"
          })
        ),
        "changed"
      )
      const early = source(Effect.as(rest, "changed" as const), () => version)
      const reader = Asset.make("reader", {
        upstreams: { early },
        materialize: ({ early: { concluded, text } }) =>
          Effect.gen(function* () {
            seen.push(`begins ${text()}`)
            yield* Deferred.succeed(begun, undefined)
            yield* concluded
            seen.push(`ends ${text()}`)
          }).pipe(Effect.onInterrupt(() => Effect.sync(() => seen.push("rolls back"))))
      })
      const result = yield* runAll([early, reader])
      expect(result.status).toBe("succeeded")
      expect(seen).toStrictEqual(["begins first", "rolls back", "begins second", "ends second"])
      expect(told(yield* recorded)).toStrictEqual([
        "source StepStarted",
        "reader StepStarted",
        "reader StepRetrying",
        "source StepSucceeded",
        "reader StepStarted",
        "reader StepSucceeded"
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("takes its value back when it fails, and gives it anew with its next attempt", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      let attempts = 0
      const early = source(
        Effect.suspend(() =>
          ++attempts === 1
            ? Effect.andThen(Deferred.await(begun), new Fixtures.FixtureFailed({ retryable: true }))
            : Effect.succeed("same" as const)
        )
      )
      const reader = Asset.make("reader", {
        upstreams: { early },
        materialize: ({ early: { concluded } }) => Effect.zipRight(Deferred.succeed(begun, undefined), concluded)
      })
      const result = yield* runAll([early, reader])
      expect(result.status).toBe("succeeded")
      expect(
        RunResult.stepsOf(result).map(({ asset, state }) => [asset, "attempt" in state ? state.attempt : 0])
      ).toStrictEqual([
        ["source", 2],
        ["reader", 2]
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that fails for good has its readers skipped, rolled back", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      let rolledBack = false
      const early = source(Effect.andThen(Deferred.await(begun), new Fixtures.FixtureFailed({ retryable: false })))
      const reader = Asset.make("reader", {
        upstreams: { early },
        materialize: ({ early: { concluded } }) =>
          Effect.zipRight(Deferred.succeed(begun, undefined), concluded).pipe(
            Effect.onInterrupt(() =>
              Effect.sync(() => {
                rolledBack = true
              })
            )
          )
      })
      const result = yield* runAll([early, reader])
      expect(RunResult.stepsOf(result).map(({ asset, state }) => `${asset} ${state._tag}`)).toStrictEqual([
        "source Failed",
        "reader Skipped"
      ])
      expect(rolledBack).toBe(true)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("is waited for, where only what changed is made again", () =>
    Effect.gen(function* () {
      const early = source(Effect.as(Effect.yieldNow(), "same"))
      const reader = Asset.make("reader", { upstreams: { early }, materialize: () => Effect.void })
      yield* runAll([early, reader], { onlyChanged: true })
      expect(told(yield* recorded)).toStrictEqual([
        "source StepStarted",
        "source StepSucceeded",
        "reader StepStarted",
        "reader StepSucceeded"
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

/** A random graph in which any asset may hand on early, keep, change or lose its value, wait for what it was given, or have a pool. */
const randomGraph = (
  edges: Readonly<Record<string, ReadonlyArray<string>>>,
  next: () => number,
  world: { open: number; readonly wrong: Array<string> }
) => {
  interface Given {
    readonly version: () => number
    readonly ended: () => boolean
    readonly concluded: Effect.Effect<void>
  }
  const assets = new Map<string, Asset.Asset<string, Given, Fixtures.FixtureFailed, never, Asset.Upstreams>>()
  for (const [name, ups] of Object.entries(edges)) {
    const upstreams = Object.fromEntries(
      ups.flatMap((up) => (assets.has(up) ? [[up, assets.get(up)]] : []))
    ) as Asset.Upstreams
    const pool = [undefined, "one", "two"][next() % 3]
    const pooled = pool === undefined ? {} : { pool }
    const materialize = (inputs: Readonly<Record<string, Given>>) =>
      Effect.gen(function* () {
        const given = Object.values(inputs)
        const versions = given.map(({ version }) => version())
        yield* Effect.acquireRelease(
          Effect.sync(() => world.open++),
          () => Effect.sync(() => world.open--)
        )
        let version = next()
        let ended = false
        const { concluded } = yield* StepContext
        const wander = Effect.repeatN(Effect.yieldNow(), next() % 4)
        yield* wander
        if (next() % 3 > 0) {
          yield* StepContext.handOff(
            Effect.gen(function* () {
              yield* wander
              if (next() % 6 === 0) return yield* new Fixtures.FixtureFailed({ retryable: next() % 2 === 0 })
              ended = true
              if (next() % 4 > 0) return "same"
              version++
              return "changed"
            })
          )
        } else ended = true
        // What a publish does: it waits for its inputs' end, and then they must be what it began with.
        if (next() % 2 === 0) {
          yield* Effect.forEach(given, (each) => each.concluded, { discard: true })
          if (given.some((each, i) => !each.ended() || each.version() !== versions[i])) world.wrong.push(name)
        }
        return { version: () => version, ended: () => ended, concluded }
      })
    assets.set(name, Asset.make(name, { upstreams, retry: now, ...pooled, materialize: materialize as never }) as never)
  }
  return [...assets.values()]
}

describe("runs in which any step may hand its value on early", () => {
  const ends = new Set(["StepSucceeded", "StepFailed", "StepSkipped", "StepCanceled"])
  const law = ([edges, patience, rolls]: readonly [
    Record<string, ReadonlyArray<string>>,
    number | undefined,
    ReadonlyArray<number>
  ]) =>
    Effect.gen(function* () {
      let roll = 0
      const world = { open: 0, wrong: [] as Array<string> }
      const graph = randomGraph(edges, () => rolls[roll++ % rolls.length] ?? 0, world)
      const [places = 0, failing = 0] = rolls
      const limits = { concurrency: 1 + (places % 4), pools: { one: 1, two: 2 }, failFast: failing % 3 === 0 }
      const fiber = yield* Effect.fork(runAll(graph, limits))
      if (patience !== undefined) {
        for (let turn = 0; turn < patience; turn++) yield* Effect.yieldNow()
        brokeNothing(yield* Fiber.interrupt(fiber))
      } else yield* Fiber.join(fiber)
      const events = yield* recorded
      expect([world.open, world.wrong]).toStrictEqual([0, []])
      if (events.length === 0) return
      const endings = new Map<string, number>()
      const succeeded = new Set<string>()
      for (const event of events) {
        if (!("asset" in event) || !ends.has(event._tag)) continue
        endings.set(event.asset, (endings.get(event.asset) ?? 0) + 1)
        if (event._tag !== "StepSucceeded") continue
        for (const up of edges[event.asset] ?? []) expect(succeeded.has(up), `${event.asset} before ${up}`).toBe(true)
        succeeded.add(event.asset)
      }
      expect([...endings.keys()].sort()).toStrictEqual(Object.keys(edges).sort())
      expect([...endings.values()].every((count) => count === 1)).toBe(true)
    }).pipe(Effect.provide(RunStore.layerMemory)) as Effect.Effect<void>
  const rolls = FastCheck.array(FastCheck.nat(1_000), { minLength: 60, maxLength: 60 })
  const edges = arbitraryEdges(10)

  it(
    "end every step once, after all its upstreams, with what they ended with, and leave nothing open",
    () => holds(FastCheck.tuple(edges, FastCheck.constant(undefined), rolls), law),
    60_000
  )
  it(
    "do so too when they are interrupted at any point",
    () => holds(FastCheck.tuple(edges, FastCheck.integer({ min: 0, max: 80 }), rolls), law),
    60_000
  )
})
