import { expect, layer } from "@effect/vitest"
import { RunStore } from "@sluice/core/run/RunStore"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { at, concluded, runStarted } from "./runEvents.ts"

/** Every run store keeps requests to cancel runs like this. It needs a fresh one. */
export const runCancelContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<RunStore, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: run cancel`, (it) => {
    it.effect("a request to cancel is kept for an unfinished run only, and a second one changes nothing", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* store.append(["asked", "other", "done"].map((run) => runStarted(run, at)))
        yield* store.append([concluded("done", "succeeded")])
        const before = yield* store.cancelRequested("asked")
        const answers = yield* Effect.forEach(["asked", "asked", "done", "nowhere"], store.requestCancel)
        const requested = yield* Effect.forEach(["asked", "other", "done", "nowhere"], store.cancelRequested)
        expect([before, answers, requested]).toStrictEqual([false, [true, true, false, false], [true, false, false, false]])
        expect((yield* store.events("asked")).length).toBe(1)
      })
    )

    it.effect("a request is pruned with its run, so that a run of the same id is not canceled", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* store.append([runStarted("pruned", at)])
        yield* store.requestCancel("pruned")
        yield* store.append([concluded("pruned", "canceled")])
        yield* store.prune({ before: "2999", keep: 0 })
        yield* store.append([runStarted("pruned", at)])
        expect(yield* store.cancelRequested("pruned")).toBe(false)
      })
    )
  })
