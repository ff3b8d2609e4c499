import { expect, it } from "@effect/vitest"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { freshStores } from "./stores.ts"

const endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

it.scopedLive("an endless query stops at its limit, and the event loop runs until then", () =>
  Effect.gen(function* () {
    const reader = yield* WarehouseReader
    let turns = 0
    const ticking = yield* Effect.fork(
      Effect.forever(
        Effect.delay(
          Effect.sync(() => turns++),
          "5 millis"
        )
      )
    )
    const refused = yield* Effect.flip(reader.query(endless, "analyst", Duration.millis(300)))
    yield* Fiber.interrupt(ticking)
    expect(refused.message).toBe(
      "Could not answer the query: it was stopped after 300ms. Ask for less, or give it more time with --timeout or SLUICE_QUERY_TIMEOUT."
    )
    expect(turns).toBeGreaterThan(5)
    expect((yield* reader.query("SELECT 1", "analyst", Duration.seconds(5))).rows).toEqual([[1]])
  }).pipe(Effect.provide(freshStores))
)

it.scopedLive("an endless query ends when it is interrupted, whether it finds rows or none", () =>
  Effect.gen(function* () {
    const reader = yield* WarehouseReader
    for (const sql of [endless, endless.replace("count(*)", "x"), endless.replace("count(*)", "1").concat(" WHERE x < 0")]) {
      for (const as of ["analyst", "pipeline"] as const) {
        const asking = yield* Effect.fork(reader.query(sql, as))
        yield* Effect.sleep("50 millis")
        yield* Effect.timeout(Fiber.interrupt(asking), "2 seconds")
      }
    }
  }).pipe(Effect.provide(freshStores))
)
