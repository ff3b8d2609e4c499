import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

const stored = Storage.stored({ kind: "table", columns: [], load: Effect.succeed(0) })
const made = () => Effect.succeed(0)

/** Two sources of a version that stays, a table of each, and one of both tables. */
const world = Effect.gen(function* () {
  const materialize = () => Effect.as(StepContext.dataVersion("v1"), 0)
  const users = Asset.make("users", { codeVersion: "1", materialize })
  const messages = Asset.make("messages", { codeVersion: "1", materialize })
  const people = Asset.make("people", { codeVersion: "1", upstreams: { users }, storage: stored, materialize: made })
  const letters = Asset.make("letters", { codeVersion: "1", upstreams: { messages }, storage: stored, materialize: made })
  const both = Asset.make("both", { codeVersion: "1", upstreams: { people, letters }, storage: stored, materialize: made })
  return yield* AssetGraph.make([users, messages, people, letters, both])
})

/** Runs a part of it, and answers what the run recorded as the place that it read, and what each asset's data came from. */
const run = (selection: Selection.Selection, options: Partial<Executor.Options>) =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { runId } = yield* Executor.run(yield* Planner.plan(yield* world, selection), { concurrency: 1, ...options })
    const [summary] = (yield* store.runs(100)).filter((each) => each.runId === runId)
    const origins = [...(yield* store.materializations)].map(([name, { provenance }]) => [name, provenance.origins])
    return { run: summary?.origin, origins: Object.fromEntries(origins) }
  })

it.effect("a run records where it read its sources, and so does whatever is made of them, loaded inputs included", () =>
  Effect.gen(function* () {
    yield* run(Selection.all, { origin: "a" })
    const mixed = yield* run(Selection.name("people"), { origin: "b" })
    const loaded = yield* run(Selection.name("both"), { origin: "c" })
    expect(mixed).toStrictEqual({
      run: "b",
      origins: { users: ["b"], messages: ["a"], people: ["b"], letters: ["a"], both: ["a"] }
    })
    // It reads no source: where one would be read is not recorded of it.
    expect([loaded.run, loaded.origins["both"]]).toStrictEqual([undefined, ["a", "b"]])
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("what is left as it is keeps the place that its rows were read from", () =>
  Effect.gen(function* () {
    yield* run(Selection.all, { origin: "a" })
    const { origins } = yield* run(Selection.all, { origin: "b", onlyChanged: true })
    expect(origins).toStrictEqual({ users: ["b"], messages: ["b"], people: ["a"], letters: ["a"], both: ["a"] })
  }).pipe(Effect.provide(RunStore.layerMemory))
)

it.effect("where nobody says, nothing is recorded", () =>
  Effect.gen(function* () {
    const { run: origin, origins } = yield* run(Selection.all, {})
    expect([origin, Object.values(origins).every((each) => each === undefined)]).toStrictEqual([undefined, true])
  }).pipe(Effect.provide(RunStore.layerMemory))
)
