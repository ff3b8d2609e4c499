import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as RetryPolicy from "@sluice/core/asset/RetryPolicy"
import * as Storage from "@sluice/core/asset/Storage"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { materialize } from "@sluice/core/definitions/Materialize"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

class Bank extends Context.Tag("test/Bank")<Bank, { readonly rate: number }>() {}

/** A service that says when it opens and closes; the first times, it cannot be opened. */
const bank = (log: Array<string>, failures = 0) => {
  let left = failures
  const open = Effect.suspend((): Effect.Effect<{ readonly rate: number }, Fixtures.FixtureFailed> => {
    log.push(left > 0 ? "refused" : "opened")
    return left-- > 0 ? new Fixtures.FixtureFailed({ retryable: true }) : Effect.succeed({ rate: 2 })
  })
  return Layer.scoped(
    Bank,
    Effect.acquireRelease(open, () => Effect.sync(() => log.push("closed")))
  )
}

const retry = { ...RetryPolicy.standard, attempts: 3, base: 0 }
const given = Layer.merge(RunStore.layerMemory, FileSystem.layerNoop({}))

describe("services of an asset's own", () => {
  it.effect("open before its work, and close when nothing needs its value any more", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const rates = Asset.provide(
        Asset.make("rates", { materialize: () => Effect.map(Bank, ({ rate }) => rate) }),
        bank(log)
      )
      const price = Asset.make("price", {
        upstreams: { rates },
        materialize: ({ rates }) => Effect.sync(() => log.push(`price ${rates * 10}`))
      })
      const other = Asset.make("other", { upstreams: { price }, materialize: () => Effect.sync(() => log.push("other")) })
      yield* materialize(Definitions.make({ name: "shop", assets: [rates, price, other] }), ["other"])
      expect(log).toStrictEqual(["opened", "price 20", "closed", "other"])
    }).pipe(Effect.provide(given))
  )

  it.effect("are built for each attempt; a layer that fails is an attempt that failed, and is tried again", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      let works = 0
      const rates = Asset.provide(
        Asset.make("rates", {
          retry,
          materialize: () =>
            Effect.flatMap(Bank, ({ rate }) => {
              log.push("work")
              return works++ === 0 ? new Fixtures.FixtureFailed({ retryable: true }) : Effect.succeed(rate)
            })
        }),
        bank(log, 1)
      )
      const { steps } = yield* materialize(Definitions.make({ name: "shop", assets: [rates] }), ["rates"])
      expect(log).toStrictEqual(["refused", "opened", "work", "closed", "opened", "work", "closed"])
      expect(steps.get("rates")?.state._tag).toBe("Succeeded")
    }).pipe(Effect.provide(given))
  )

  it.effect("close at once when the run is interrupted", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const begun = yield* Deferred.make<void>()
      const rates = Asset.provide(
        Asset.make("rates", {
          materialize: () => Effect.zipRight(Bank, Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
        }),
        bank(log)
      )
      const fiber = yield* Effect.fork(materialize(Definitions.make({ name: "shop", assets: [rates] }), ["rates"]))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      expect(log).toStrictEqual(["opened", "closed"])
    }).pipe(Effect.provide(given))
  )

  it.effect("are there for its checks, for what observes it and for what loads it", () =>
    Effect.gen(function* () {
      const log: Array<string> = []
      const rate = Effect.map(Bank, (service) => service.rate)
      const rates = Asset.provide(
        Asset.make("rates", {
          storage: Storage.stored({ kind: "file", load: rate, exists: Effect.as(rate, true) }),
          observe: Effect.map(rate, String),
          checks: [
            AssetCheck.make("positive", {
              description: "",
              evaluate: () => Effect.map(rate, (value) => ({ passed: value > 0, metadata: {} }))
            })
          ],
          materialize: () => rate
        }),
        bank(log)
      )
      const price = Asset.make("price", { upstreams: { rates }, materialize: ({ rates }) => Effect.succeed(rates * 10) })
      const shop = Definitions.make({ name: "shop", assets: [rates, price] })
      const first = yield* materialize(shop, ["rates"])
      const second = yield* materialize(shop, ["price"])
      expect([first.status, second.status, second.steps.get("rates")?.action]).toStrictEqual([
        "succeeded",
        "succeeded",
        "load"
      ])
      expect(log.filter((line) => line === "opened").length).toBe(log.filter((line) => line === "closed").length)
    }).pipe(Effect.provide(given))
  )
})
