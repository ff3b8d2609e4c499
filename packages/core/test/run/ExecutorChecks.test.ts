import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { endless, runAll, sealed, states } from "../support.ts"

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
      expect(log).toStrictEqual([])
      expect(found(result)).toStrictEqual([
        ["unique", false, { violations: 3 }],
        ["not_null", true, { violations: 0 }]
      ])
      expect(RunResult.stepsIn(result, "Failed")[0]?.state.error.message ?? "").toMatch(
        /^"table" failed the check unique\. The rows published before stay\./
      )
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that do not block are told, and fail nothing", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const result = yield* runAll([table([check("fresh", false, "warn"), check("plausible", false, "error", false)], log)])
      expect([log, states(result), found(result).map(([name]) => name)]).toStrictEqual([
        ["published"],
        ["table Succeeded"],
        ["fresh", "plausible"]
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("of staged rows are evaluated one after the other, of published ones at once, and are told in their order", () =>
    Effect.gen(function* () {
      const running = { Staged: 0, Partitions: 0, Published: 0 }
      const most = { Staged: 0, Partitions: 0, Published: 0 }
      const taking = (name: string, seconds: number, severity: "warn" | "error") =>
        AssetCheck.make(name, {
          description: "",
          severity,
          evaluate: ({ _tag }) =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                most[_tag] = Math.max(most[_tag], ++running[_tag])
              }),
              () => Effect.as(Effect.sleep(seconds * 1_000), { passed: true, metadata: {} }),
              () => Effect.sync(() => running[_tag]--)
            )
        })
      const names = ["a", "b", "c"]
      const blocking = names.map((name, index) => taking(`staged_${name}`, 3 - index, "error"))
      const telling = names.map((name, index) => taking(`published_${name}`, 3 - index, "warn"))
      const fiber = yield* Effect.fork(runAll([table([...telling, ...blocking], [])]))
      yield* TestClock.adjust("1 minute")
      const all = found(yield* Fiber.join(fiber)).map(([name]) => name)
      expect([all, most]).toStrictEqual([
        [...blocking, ...telling].map(({ name }) => name),
        { Staged: 1, Partitions: 0, Published: 3 }
      ])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that cannot be evaluated have not passed, and say why without quoting data", () =>
    Effect.gen(function* () {
      const broken = AssetCheck.make("broken", {
        description: "",
        evaluate: () => Effect.die(new RangeError("ada@secret.example"))
      })
      const result = yield* runAll([table([broken], [])])
      expect(states(result)).toStrictEqual(["table Failed"])
      expect(JSON.stringify([...result.steps])).not.toContain("secret")
      expect(JSON.stringify(found(result))).toContain("RangeError")
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("that throw before they return an effect have not passed, and fail nothing else", () =>
    Effect.gen(function* () {
      const throwing = AssetCheck.make<never>("throwing", {
        description: "",
        severity: "warn",
        evaluate: () => {
          throw new RangeError("ada@secret.example")
        }
      })
      const result = yield* runAll([table([throwing, check("sane", true, "warn")], [])])
      expect([states(result), found(result).map(([name, passed]) => [name, passed])]).toStrictEqual([
        ["table Succeeded"],
        [
          ["throwing", false],
          ["sane", true]
        ]
      ])
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
      expect([states(result), subjects, log]).toStrictEqual([["table Succeeded"], ["Published"], []])
      expect((yield* (yield* RunStore).materializations).size).toBe(0)
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
      expect([yield* checked("warn"), yield* checked("error")]).toStrictEqual(["succeeded", "failed"])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
