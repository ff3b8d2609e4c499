import { describe, expect, it } from "@effect/vitest"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import * as Selection from "@sluice/core/graph/Selection"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Executor from "@sluice/core/run/Executor"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { cases } from "../../../../test/setup/size.ts"
import { brokeNothing, holds } from "../support.ts"
import * as CutWorld from "./cutWorld.ts"

const missing = PartitionRequest.inState(["missing"])

/** A backfill at random: what it asks for, what fails in it, and when it is interrupted. */
const arbitraryBackfill = FastCheck.record({
  assets: FastCheck.array(FastCheck.nat(4), { maxLength: 3 }),
  request: FastCheck.constantFrom(
    missing,
    missing,
    PartitionRequest.inState(["missing", "failed"]),
    PartitionRequest.inState(["stale"]),
    PartitionRequest.named("2024-08-02..2024-08-04"),
    PartitionRequest.named("2024-08-05"),
    PartitionRequest.named("eu")
  ),
  downstream: FastCheck.boolean(),
  newestFirst: FastCheck.boolean(),
  failFast: FastCheck.boolean(),
  concurrency: FastCheck.integer({ min: 1, max: 5 }),
  /** One partition in so many fails. 0: none. */
  breaks: FastCheck.constantFrom(0, 0, 3, 9),
  /** Turns until the run is interrupted. Undefined: it is not. */
  patience: FastCheck.option(FastCheck.integer({ min: 0, max: 250 }), { nil: undefined })
})
type Backfill = typeof arbitraryBackfill extends FastCheck.Arbitrary<infer A> ? A : never

const everything = {
  ...{ assets: [], request: PartitionRequest.inState(["missing", "failed"]), downstream: false, newestFirst: false },
  ...{ failFast: false, concurrency: 3, breaks: 0, patience: undefined }
} satisfies Backfill

/** Runs a backfill, unless it cannot be planned. Returns how it ended, and what it committed. */
const run = Effect.fnUntraced(function* (world: CutWorld.World, backfill: Backfill, dice: () => number) {
  const { concurrency, downstream, failFast, newestFirst, patience, request } = backfill
  const names = backfill.assets
    .flatMap((at) => world.graph.names[at] ?? [])
    .map((name): Selection.Selection => Selection.name(name))
  const [first, ...rest] = names
  const selection = first === undefined ? Selection.all : [first, ...rest].reduce(Selection.or)
  const before = world.commits.length
  world.breaks = () => backfill.breaks > 0 && dice() % backfill.breaks === 0
  const options = { partitions: request, backfill: true, downstream, newestFirst }
  const plan = yield* Effect.either(Planner.plan(world.graph, selection, options))
  if (Either.isRight(plan)) {
    const running = Executor.run(plan.right, { concurrency, failFast }) as Effect.Effect<unknown, never, RunStore>
    const fiber = yield* Effect.fork(running)
    for (let turn = 0; turn < (patience ?? 0); turn++) yield* Effect.yieldNow()
    const exit = yield* patience === undefined ? Fiber.await(fiber) : Fiber.interrupt(fiber)
    brokeNothing(exit)
  }
  return { plan, commits: world.commits.slice(before) }
})

/** The keys of the partitions of each stored asset that are recorded as made, and those that are stored. */
const recordedIn = Effect.fnUntraced(function* (world: CutWorld.World) {
  const facts = yield* PartitionFacts.of(world.graph, yield* (yield* RunStore).materializations)
  const keysOf = (asset: string) => {
    const states = facts?.states.get(asset)
    return states === undefined ? [] : [...Runs.indices(states.made)].map(states.space.keyOf)
  }
  const assets = [...world.stored.keys()].filter((asset) => facts?.states.has(asset) === true)
  return {
    recorded: Object.fromEntries(assets.map((asset) => [asset, keysOf(asset).sort()])),
    stored: Object.fromEntries(assets.map((asset) => [asset, [...(world.stored.get(asset)?.keys() ?? [])].sort()]))
  }
})

const diceOf = (rolls: ReadonlyArray<number>) => {
  let roll = 0
  return () => rolls[roll++ % rolls.length] ?? 0
}

const arbitraryCase = FastCheck.record({
  specs: CutWorld.arbitrarySpecs(5),
  backfills: FastCheck.array(arbitraryBackfill, { maxLength: 5, ...CutWorld.spread }),
  rolls: FastCheck.array(FastCheck.nat(100), { minLength: 97, maxLength: 97 })
})

describe("backfills in any order, failing and interrupted at random", () => {
  it(
    "record what is stored and nothing else, make nothing twice that is only missing, and end as one full run does",
    () =>
      holds(
        arbitraryCase,
        ({ backfills, rolls, specs }) =>
          Effect.gen(function* () {
            const dice = diceOf(rolls)
            const world = CutWorld.make(specs, () => dice() % 4)
            const isAllStored = specs.every(({ isStored }) => isStored)
            for (const backfill of backfills) {
              const { commits } = yield* run(world, backfill, dice)
              const { recorded, stored } = yield* recordedIn(world)
              expect(recorded).toStrictEqual(stored)
              if (isAllStored && backfill.request === missing && !backfill.downstream) {
                const looksBack = (asset: string) => specs.some(({ lookback, name }) => name === asset && lookback > 0)
                expect(commits.filter(({ asset, isAgain }) => isAgain && !looksBack(asset))).toStrictEqual([])
              }
            }
            const fresh = CutWorld.make(specs, () => 0)
            const full = yield* Effect.provide(run(fresh, everything, dice), RunStore.layerMemory)
            // In some graphs, not all assets can be made in one run.
            if (Either.isLeft(full.plan)) {
              expect(full.plan.left.message).toContain("not made at the same time")
              return
            }
            const { plan } = yield* run(world, everything, dice)
            expect(plan).toMatchObject({ _tag: "Right" })
            expect(world.stored).toStrictEqual(fresh.stored)
            expect((yield* recordedIn(world)).recorded).toStrictEqual((yield* recordedIn(fresh)).stored)
          }).pipe(
            Effect.orDie,
            Effect.provideService(CodeVersions, () => "1"),
            Effect.provide(RunStore.layerMemory)
          ),
        cases(150)
      ),
    180_000
  )
})
