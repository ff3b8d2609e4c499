import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { planOf } from "../support.ts"

/** A source with a content, a stored asset of it, one below, and one beside; loads are counted. */
const world = () => {
  const state = { content: "1", loads: 0, breaks: false }
  const load = Effect.sync(() => `loaded ${++state.loads}`)
  const storage = Storage.stored({ kind: "table", load })
  const source = Asset.make("source", {
    materialize: () => Effect.as(StepContext.dataVersion(state.content), state.content)
  })
  const table = Asset.make("table", { upstreams: { source }, storage, materialize: ({ source }) => Effect.succeed(source) })
  const below = Asset.make("below", {
    upstreams: { table },
    storage,
    materialize: ({ table }) => (state.breaks ? new Fixtures.FixtureFailed({ retryable: false }) : Effect.succeed(table))
  })
  const beside = Asset.make("beside", { storage, observe: Effect.succeed("1"), materialize: () => Effect.succeed("beside") })
  const graph = Either.getOrThrow(AssetGraph.make([source, table, below, beside]))
  const run = (code: Readonly<Record<string, string>> = {}) =>
    Executor.run(planOf(graph), { concurrency: 2, onlyChanged: true }).pipe(
      Effect.provideService(CodeVersions, ({ name }) => code[name] ?? "1"),
      Effect.map((result) => Object.fromEntries(RunResult.stepsOf(result).map(({ asset, state }) => [asset, state._tag])))
    )
  return { state, run }
}

const made = "Succeeded"
const left = "Unchanged"

describe("only what has changed", () => {
  it.effect("runs everything once, then nothing but sources, and loads nothing for it", () =>
    Effect.gen(function* () {
      const { run, state } = world()
      expect(yield* run()).toStrictEqual({ source: made, table: made, below: made, beside: made })
      expect(yield* run()).toStrictEqual({ source: made, table: left, below: left, beside: left })
      expect(state.loads).toBe(0)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("runs what stands on a source with new content, and nothing else", () =>
    Effect.gen(function* () {
      const { run, state } = world()
      yield* run()
      state.content = "2"
      expect(yield* run()).toStrictEqual({ source: made, table: made, below: made, beside: left })
      expect(yield* run()).toStrictEqual({ source: made, table: left, below: left, beside: left })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("runs what has new code, with its upstream loaded once, and what stands on it only if its data is new", () =>
    Effect.gen(function* () {
      const { run, state } = world()
      yield* run()
      expect(yield* run({ below: "2" })).toStrictEqual({ source: made, table: left, below: made, beside: left })
      expect(state.loads).toBe(1)
      expect(yield* run({ below: "2" })).toStrictEqual({ source: made, table: left, below: left, beside: left })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("runs what failed last time again", () =>
    Effect.gen(function* () {
      const { run, state } = world()
      state.breaks = true
      expect(yield* run()).toStrictEqual({ source: made, table: made, below: "Failed", beside: made })
      state.breaks = false
      expect(yield* run()).toStrictEqual({ source: made, table: left, below: made, beside: left })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: the loop that starts a run came to what an unchanged root had started already, and started it again.
  it.effect("starts what stands on an unchanged root once", () =>
    Effect.gen(function* () {
      const ran: Array<string> = []
      const storage = Storage.stored({ kind: "table", load: Effect.succeed("loaded") })
      const work = (name: string) => () =>
        Effect.zipRight(
          Effect.yieldNow(),
          Effect.sync(() => `made ${ran.push(name)}`)
        )
      const root = Asset.make("root", {
        codeVersion: "1",
        storage,
        observe: Effect.succeed("1"),
        materialize: work("root")
      })
      const one = Asset.make("one", { upstreams: { root }, materialize: work("one") })
      const two = Asset.make("two", { upstreams: { one }, materialize: work("two") })
      const graph = Either.getOrThrow(AssetGraph.make([root, one, two]))
      const run = Executor.run(planOf(graph), { concurrency: 4, onlyChanged: true })
      yield* run
      const again = yield* run
      expect(ran).toStrictEqual(["root", "one", "two", "one", "two"])
      expect(RunResult.stepsIn(again, "Canceled")).toStrictEqual([])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: what a failed step had published stood under the record of the one before it, and was left as unchanged.
  it.effect("makes an asset again that failed after it had published, though its source is as it was before", () =>
    Effect.gen(function* () {
      const { run, state } = world()
      yield* run()
      Object.assign(state, { content: "2", breaks: true })
      yield* run()
      Object.assign(state, { content: "1", breaks: false })
      expect(yield* run()).toStrictEqual({ source: made, table: made, below: made, beside: left })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: a load that failed was remembered as failed for the whole run.
  it.effect("loads again for the next attempt where a load failed", () =>
    Effect.gen(function* () {
      let loads = 0
      const load = Effect.suspend(() =>
        ++loads === 2 ? new Fixtures.FixtureFailed({ retryable: true }) : Effect.succeed("loaded")
      )
      const root = Asset.make("root", {
        codeVersion: "1",
        storage: Storage.stored({ kind: "table", load }),
        observe: Effect.succeed("1"),
        materialize: () => Effect.succeed("made")
      })
      const below = Asset.make("below", { upstreams: { root }, materialize: ({ root }) => Effect.succeed(root) })
      const graph = Either.getOrThrow(AssetGraph.make([root, below]))
      const run = Effect.fork(Executor.run(planOf(graph), { concurrency: 1, onlyChanged: true }))
      const statuses: Array<string> = []
      for (let count = 0; count < 3; count++) {
        const fiber = yield* run
        yield* TestClock.adjust("1 minute")
        statuses.push((yield* Fiber.join(fiber)).status)
      }
      expect([statuses, loads]).toStrictEqual([["succeeded", "succeeded", "succeeded"], 3])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
