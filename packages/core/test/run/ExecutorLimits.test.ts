import { assert, describe, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import { StepContext } from "@sluice/core/run/StepContext"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { planOf } from "../support.ts"

const sealed = <const A extends ReadonlyArray<Asset.Any>>(assets: A) =>
  Either.getOrThrow(AssetGraph.fromAssets<A[number]>(assets))
const states = (result: RunResult.RunResult) => RunResult.stepsOf(result).map(({ asset, state }) => `${asset} ${state._tag}`)
const runAll = (assets: ReadonlyArray<Asset.Any>, options: Partial<Executor.Options> = {}) =>
  Executor.run(planOf(sealed(assets)), { concurrency: 4, ...options }) as Effect.Effect<RunResult.RunResult, never, RunStore>
const endless = Asset.make("endless", { materialize: () => Effect.never })

describe("a run that fails fast", () => {
  it.effect("skips what has not started and cancels what runs, at the first failure", () =>
    Effect.gen(function* () {
      const later = Asset.make("later", { upstreams: { endless }, materialize: () => Effect.void })
      const bad = Asset.make("bad", {
        materialize: () => Effect.zipRight(Effect.yieldNow(), new Fixtures.FixtureFailed({ retryable: false }))
      })
      const result = yield* runAll([endless, later, bad], { failFast: true })
      assert.deepStrictEqual(states(result), ["endless Canceled", "bad Failed", "later Skipped"])
      assert.strictEqual(result.status, "failed")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

describe("a run with a timeout", () => {
  it.effect("cancels what has not ended and says why it failed", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(runAll([endless], { timeout: "90 seconds" }))
      yield* TestClock.adjust("2 minutes")
      const result = yield* Fiber.join(fiber)
      assert.deepStrictEqual(states(result), ["endless Canceled"])
      assert.deepStrictEqual(
        [result.status, result.reason],
        ["failed", "The run took longer than its timeout of 1m 30s; what had not ended was canceled."]
      )
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

describe("a pool", () => {
  it.effect("bounds its own steps and no others", () =>
    Effect.gen(function* () {
      const most = { api: 0, none: 0 }
      const running = { api: 0, none: 0 }
      const busy = (name: string, pool: "api" | "none") =>
        Asset.make(name, {
          ...(pool === "api" ? { pool } : {}),
          materialize: () =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                most[pool] = Math.max(most[pool], ++running[pool])
              }),
              () => Effect.sleep("1 second"),
              () => Effect.sync(() => running[pool]--)
            )
        })
      const assets = ["a", "b", "c", "d"].flatMap((name) => [busy(`${name}1`, "api"), busy(`${name}2`, "none")])
      const fiber = yield* Effect.fork(runAll(assets, { concurrency: 8, pools: { api: 2 } }))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber)).status, "succeeded")
      assert.deepStrictEqual(most, { api: 2, none: 4 })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})

describe("checks", () => {
  const answers = (passed: boolean) => () => Effect.succeed({ passed, metadata: { violations: passed ? 0 : 3 } })
  const check = (name: string, passed: boolean, severity: "warn" | "error" = "error", blocking = severity === "error") =>
    AssetCheck.make(name, { description: "", severity, blocking, evaluate: answers(passed) })
  const table = (checks: ReadonlyArray<AssetCheck.AssetCheck<never>>, log: Array<string>) =>
    Asset.make("table", {
      checks,
      materialize: () =>
        Effect.zipRight(
          StepContext.staged("table__staging"),
          Effect.sync(() => log.push("published"))
        )
    })
  const found = (result: RunResult.RunResult) =>
    RunResult.stepsOf(result).flatMap((step) => step.checks.map((each) => [each.check, each.passed, each.metadata]))

  it.effect("that block are evaluated on staged rows, and keep them from being published where one fails", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const result = yield* runAll([table([check("unique", false), check("not_null", true)], log)])
      assert.deepStrictEqual(log, [])
      assert.deepStrictEqual(found(result), [
        ["unique", false, { violations: 3 }],
        ["not_null", true, { violations: 0 }]
      ])
      assert.match(
        RunResult.stepsIn(result, "Failed")[0]?.state.error.message ?? "",
        /^"table" did not pass unique; what was published before stays\./
      )
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that do not block are told, and fail nothing", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const result = yield* runAll([table([check("fresh", false, "warn"), check("plausible", false, "error", false)], log)])
      assert.deepStrictEqual(
        [log, states(result), found(result).map(([name]) => name)],
        [["published"], ["table Succeeded"], ["fresh", "plausible"]]
      )
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that cannot be evaluated have not passed, and say why without quoting data", () =>
    Effect.gen(function* () {
      const broken = AssetCheck.make("broken", {
        description: "",
        evaluate: () => Effect.die(new RangeError("ada@secret.example"))
      })
      const result = yield* runAll([table([broken], [])])
      assert.deepStrictEqual(states(result), ["table Failed"])
      assert.notInclude(JSON.stringify([...result.steps]), "secret")
      assert.include(JSON.stringify(found(result)), "RangeError")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("can be evaluated alone, on what is published, without materializing anything", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const subjects: Array<string> = []
      const asking = AssetCheck.make("asking", {
        description: "",
        evaluate: (subject) =>
          Effect.sync(() => void subjects.push(subject._tag)).pipe(Effect.as({ passed: true, metadata: {} }))
      })
      const graph = sealed([table([asking], log), endless])
      const plan = Plan.checks(graph, { selection: "*", selected: [0, 1] })
      const result = yield* Executor.run(plan, { concurrency: 1 })
      assert.deepStrictEqual([states(result), subjects, log], [["table Succeeded"], ["Published"], []])
      assert.strictEqual((yield* (yield* RunStore).materializations).size, 0)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("alone fail with every error, blocking or not, and not with a warning", () =>
    Effect.gen(function* () {
      const checked = (severity: "warn" | "error") =>
        Effect.map(
          Executor.run(
            Plan.checks(sealed([table([check("plausible", false, severity, false)], [])]), {
              selection: "*",
              selected: [0]
            }),
            { concurrency: 1 }
          ),
          (result) => result.status
        )
      assert.deepStrictEqual([yield* checked("warn"), yield* checked("error")], ["succeeded", "failed"])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
