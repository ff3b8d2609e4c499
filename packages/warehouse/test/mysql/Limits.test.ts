import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Table from "@sluice/core/relation/Table"
import { RunStore } from "@sluice/core/run/RunStore"
import * as DirectConnection from "@sluice/warehouse/mysql/DirectConnection"
import * as Limits from "@sluice/warehouse/mysql/Limits"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Readings, readings } from "./tables.ts"

const copies = Array.from({ length: 6 }, (_, n) =>
  Table.make(`copy_${n}`, { description: "A copy", columns: Readings.columns, primaryKey: ["id"] })
)

/** Six concurrent steps, each of which reads a table while it publishes another, beside the history. */
const busy = Effect.gen(function* () {
  const warehouse = yield* Warehouse
  const reader = yield* WarehouseReader
  const runs = yield* RunStore
  const rows = readings(6_000, 1)
  yield* step(warehouse.publish(Readings, Dataset.fromArray(rows)))
  const copy = (table: Table.Table<string, typeof Readings.columns>) =>
    step(warehouse.publish(table, Dataset.fromChunks(Stream.orDie(reader.read(Readings)))))
  yield* Effect.all([...copies.map(copy), ...Array.from({ length: 6 }, () => runs.runs(1))], {
    concurrency: "unbounded",
    discard: true
  })
  return (yield* Effect.forEach(copies, (table) => Effect.map(readAll(table), (all) => all.length))).join()
})

it("connections are shared so that a publish can read, the history can append, and one statement can stop another", () => {
  const shares = [undefined, 3, 4, 5, 8, 12, 20, 100].map((limit) => Limits.share(limit))
  expect(shares).toEqual([
    { loads: 16, history: 3 },
    undefined,
    { loads: 2, history: 1 },
    { loads: 3, history: 1 },
    { loads: 6, history: 1 },
    { loads: 9, history: 2 },
    { loads: 16, history: 3 },
    { loads: 16, history: 3 }
  ])
})

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`connections on ${flavour}`, () => {
    const limited = (most: number) =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const hosts = ["%", "localhost"]
        yield* databases.asAdmin(
          database,
          ...hosts.map((host) => `ALTER USER '${database.url.user}'@'${host}' WITH MAX_USER_CONNECTIONS ${most}`)
        )
        return database
      })

    for (const most of [4, 8]) {
      it.live(`six publishes that read tables end where an account may have ${most} connections`, () =>
        Effect.gen(function* () {
          const database = yield* limited(most)
          const counts = yield* Effect.timeout(Effect.provide(busy, databases.stores(database)), "20 seconds")
          expect(counts).toBe("6000,6000,6000,6000,6000,6000")
        })
      )
    }

    it.live("too few are refused before anything is written, with how many are needed", () =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(Effect.provide(busy, databases.stores(yield* limited(3))))
        expect(refused).toMatchObject({
          _tag: "WarehouseFailed",
          message:
            "Could not write to the database server: the account in DATABASE_URL may have 3 connections at once (max_user_connections). A run needs 4, and is fastest with 20. Have its administrator raise the limit."
        })
      })
    )

    it.scopedLive("connections that others have are waited for", () =>
      Effect.gen(function* () {
        const database = yield* limited(4)
        const connected = yield* Deferred.make<void>()
        const others = Effect.all(Array.from({ length: 4 }, () => DirectConnection.open(database.url))).pipe(
          Effect.tap(Deferred.succeed(connected, undefined)),
          Effect.zipRight(Effect.sleep("300 millis")),
          Effect.scoped
        )
        const fiber = yield* Effect.fork(others)
        yield* Deferred.await(connected)
        expect(yield* Effect.provide(busy, databases.stores(database))).toBe("6000,6000,6000,6000,6000,6000")
        yield* Fiber.join(fiber)
      })
    )
  })
}
