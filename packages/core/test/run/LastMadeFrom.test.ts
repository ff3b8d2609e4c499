import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

class Broken {
  readonly _tag = "Broken"
  readonly message = "broken"
  readonly retryable = false
}

const stored = Storage.stored({ kind: "table", columns: [], load: Effect.succeed(0) })

/** A source that two tables are made from, and one that is not stored; what it is told, and what it tells. */
const world = () => {
  const told: Array<string | undefined> = []
  const state = { version: "v1", code: "1", broken: false }
  const source = Asset.make("source", {
    materialize: () =>
      Effect.map(StepContext, ({ dataVersion, lastMadeFrom }) => {
        told.push(lastMadeFrom)
        dataVersion(state.version)
        return 0
      })
  })
  const left = Asset.make("left", {
    upstreams: { source },
    storage: stored,
    materialize: () => Effect.suspend(() => (state.broken ? Effect.fail(new Broken()) : Effect.succeed(0)))
  })
  const right = Asset.make("right", { upstreams: { source }, storage: stored, materialize: () => Effect.succeed(0) })
  const passing = Asset.make("passing", { upstreams: { source }, materialize: () => Effect.succeed(0) })
  const run = (selection: Selection.Selection, full = false) =>
    Effect.gen(function* () {
      const graph = yield* AssetGraph.make([source, left, right, passing])
      yield* Executor.run(yield* Planner.plan(graph, selection), { concurrency: 1, full })
      return told.at(-1)
    }).pipe(Effect.provideService(CodeVersions, ({ name }) => (name === "left" ? state.code : "1")))
  return { state, run }
}

const both = Selection.union([Selection.name("left"), Selection.name("right")])

it.effect("a source is told the one version that all it is made into was made from, in this run", () =>
  Effect.gen(function* () {
    const { run, state } = world()
    const first = yield* run(both)
    const second = yield* run(both)
    state.version = "v2"
    const third = yield* run(Selection.name("left"))
    const apart = yield* run(both)
    const together = yield* run(both)
    expect([first, second, third, apart, together]).toStrictEqual([undefined, "v1", "v1", undefined, "v2"])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect(
  "it is told none for other code, after a failure, for all, for nobody, and for who does not store what it makes",
  () =>
    Effect.gen(function* () {
      const { run, state } = world()
      yield* run(both)
      const full = yield* run(both, true)
      const passing = yield* run(Selection.all)
      const nobody = yield* run(Selection.name("source"))
      state.code = "2"
      const code = yield* run(both)
      const same = yield* run(both)
      state.broken = true
      yield* run(both)
      state.broken = false
      const failed = yield* run(both)
      expect([full, passing, nobody, code, same, failed]).toStrictEqual([
        undefined,
        undefined,
        undefined,
        undefined,
        "v1",
        undefined
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
)
