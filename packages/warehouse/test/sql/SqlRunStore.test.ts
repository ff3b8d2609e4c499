import { expect, layer } from "@effect/vitest"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { executeOn, freshStores } from "../embedded/stores.ts"

layer(freshStores, { excludeTestServices: true })("SqlRunStore", (it) => {
  it.effect("an event that cannot be decoded is told by its run and number, and what it holds is not", () =>
    Effect.gen(function* () {
      const store = yield* RunStore
      const event: RunEvent = {
        _tag: "StepCanceled",
        runId: "r1",
        at: "2024-01-01T00:00:00.000Z",
        asset: "a",
        action: "materialize"
      }
      yield* store.append([event, event, event])
      yield* executeOn("history.db")(`UPDATE sluice_events SET event = '{"_tag":"canary"}' WHERE seq = 1`)
      const error = yield* Effect.flip(store.events("r1"))
      expect([error.operation, error.retryable]).toStrictEqual(["read", false])
      expect(error.message).toContain("event 1 of run r1")
      expect(JSON.stringify([error, error.message])).not.toContain("canary")
    })
  )
})
