import { describe, expect, it } from "@effect/vitest"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Table from "@sluice/core/relation/Table"
import { RunStore } from "@sluice/core/run/RunStore"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { startedWith } from "../contract/runEvents.ts"
import { readAll } from "../contract/support.ts"
import * as databases from "./databases.ts"
import { publishReadings, fresh as storesOf, tableNames } from "./published.ts"
import { loaders, recorded, step } from "./steps.ts"
import { Readings, readings, spec } from "./tables.ts"

for (const [flavour, [way, load]] of flavours.flatMap((flavour) => loaders.map((loader) => [flavour, loader] as const))) {
  describe.skipIf(!isAvailable(flavour))(`Publisher on ${flavour}, by ${way}`, () => {
    const fresh = () => storesOf(flavour, load)

    it.live("shows a reader all of the old rows or all of the new, at every moment of a publish", () =>
      Effect.gen(function* () {
        const reader = yield* WarehouseReader
        yield* publishReadings(3_000, 0)
        const looking = yield* reader.query("SELECT generation, COUNT(*) FROM readings GROUP BY generation", "analyst").pipe(
          Effect.map(({ rows }) => rows),
          Effect.repeat({ until: (rows) => rows[0]?.[0] === 8 }),
          Effect.fork
        )
        const seen = yield* Effect.fork(
          Stream.runCollect(
            Stream.takeUntil(
              Stream.repeatEffect(
                Effect.map(
                  readAll(Readings),
                  (rows) => `${rows.length} of ${[...new Set(rows.map((row) => row.generation))]}`
                )
              ),
              (line) => line === "3000 of 8"
            )
          )
        )
        for (let generation = 1; generation <= 8; generation++) yield* publishReadings(3_000, generation)
        expect(yield* Fiber.join(looking)).toEqual([[8, 3_000]])
        expect([...(yield* Fiber.join(seen))].filter((line) => !/^3000 of \d$/.test(line))).toEqual([])
      }).pipe(Effect.provide(fresh()))
    )

    it.live("refuses a row, names it and its column, and leaves the old rows and no staging table", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        yield* publishReadings(3, 1)
        const canary = "canary-7f3a"
        const good = readings(2_500, 2)
        const cases = [
          [{ id: canary.repeat(20), generation: 1, at: null }, /in row 2500 "id" is longer than 100 characters/],
          [{ id: `${canary}\ud800`, generation: 1, at: null }, /in row 2500 "id" is not well-formed/],
          [{ id: canary, generation: 0.5, at: null }, /"generation" is not a safe integer/],
          [{ id: canary, generation: 1, at: "2024-03-01" }, /"at" is not a timestamp/],
          [{ id: canary, generation: 1, at: "2024-02-30T00:00:00.000Z" }, /in row 2500 "at" is not a timestamp/],
          [{ id: "00000007", generation: 1, at: null }, /refused a row \(ER_DUP_ENTRY\) among its rows 2000 to 2500/]
        ] as const
        for (const [row, message] of cases) {
          const failed = yield* Effect.flip(
            step(warehouse.publish(Readings, Dataset.fromArray([...good, ...Table.rows(Readings, [row])])))
          )
          expect(failed).toMatchObject({ _tag: "WarehouseFailed", reason: "RowRejected", retryable: false })
          expect(failed.message).toMatch(message)
          expect(JSON.stringify([failed, failed.message])).not.toContain(canary)
        }
        expect(yield* readAll(Readings)).toEqual(readings(3, 1))
        expect(yield* tableNames).toEqual(["readings"])
      }).pipe(Effect.provide(fresh()))
    )

    it.live("has blocking checks look at the staged rows, and does not publish what they refuse", () =>
      Effect.gen(function* () {
        const reader = yield* WarehouseReader
        const warehouse = yield* Warehouse
        yield* publishReadings(3, 1)
        let counted: unknown
        const check = (relation: string) =>
          reader.query(`SELECT COUNT(*) FROM ${relation}`, "pipeline").pipe(
            Effect.orDie,
            Effect.flatMap(({ rows }) => {
              counted = rows
              return new CheckFailed({ asset: "readings", checks: ["enough"], staged: true })
            })
          )
        const failed = yield* Effect.flip(recorded(warehouse.publish(Readings, Dataset.fromArray(readings(5, 2))), check))
        expect([failed._tag, counted]).toEqual(["CheckFailed", [[5]]])
        expect(yield* readAll(Readings)).toEqual(readings(3, 1))
        expect(yield* tableNames).toEqual(["readings"])
      }).pipe(Effect.provide(fresh()))
    )

    it.live("leaves no staging table and no lock when it is interrupted while it loads", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        yield* publishReadings(3, 1)
        const loading = yield* Deferred.make<void>()
        const endless = Dataset.fromChunks(
          Stream.mapEffect(
            Stream.iterate(0, (n) => n + 1),
            (n) =>
              Effect.as(
                // Its statements are running by now, since no loader holds so many rows.
                n < 20 ? Effect.void : Deferred.succeed(loading, undefined),
                readings(5_000, 2).map((row) => ({ ...row, id: `${n}-${row.id}` }))
              )
          )
        )
        const publishing = yield* Effect.fork(step(warehouse.publish(Readings, endless)))
        yield* Deferred.await(loading)
        expect((yield* tableNames).length).toBe(2)
        yield* Fiber.interrupt(publishing)
        expect(yield* tableNames).toEqual(["readings"])
        yield* publishReadings(4, 3)
        expect(yield* readAll(Readings)).toEqual(readings(4, 3))
      }).pipe(Effect.provide(fresh()))
    )

    it.live("stops waiting for another's lock on the server when it is interrupted", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const reader = yield* WarehouseReader
        yield* publishReadings(3, 1)
        const stuck = Dataset.flatMap(Dataset.fromChunks(Stream.never), () => readings(1, 1))
        const first = yield* Effect.fork(step(warehouse.publish(Readings, stuck)))
        yield* Effect.repeat(tableNames, { until: (names) => names.length > 1 })
        const second = yield* Effect.fork(publishReadings(3, 2))
        const waiting = Effect.map(reader.query("SHOW PROCESSLIST", "pipeline"), ({ rows }) =>
          rows.filter((row) => String(row[7]).includes("GET_LOCK"))
        )
        yield* Effect.repeat(waiting, { until: (rows) => rows.length > 0 })
        yield* Fiber.interrupt(second)
        yield* Fiber.interrupt(first)
        expect(yield* waiting).toEqual([])
        expect(yield* readAll(Readings)).toEqual(readings(3, 1))
      }).pipe(Effect.provide(databases.layer(flavour, spec, { lockWait: "30 seconds", load })))
    )

    it.live("lets a second publisher of a table wait, and then refuses it, naming the table", () =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        const goOn = yield* Deferred.make<void>()
        const slow = Dataset.fromChunks(
          Stream.concat(Stream.make(readings(3, 1)), Stream.fromEffect(Effect.as(Deferred.await(goOn), [])))
        )
        const first = yield* Effect.fork(step(warehouse.publish(Readings, slow)))
        yield* Effect.repeat(tableNames, { until: (names) => names.length > 1 })
        const nameless = yield* Effect.flip(publishReadings(2, 2))
        expect(nameless).toMatchObject({ reason: "Conflict", retryable: true })
        expect(nameless.message).toContain('another run is publishing "readings", and has not ended within 1s')
        // If the history knows that run, the error names it. It does not name its own run, "test" here.
        const store = yield* RunStore
        for (const run of ["the-other", "test"])
          yield* store.append([startedWith(run, "2024-01-01T00:00:00.000Z", ["readings"], "materialize")])
        const refused = yield* Effect.flip(publishReadings(2, 2))
        expect(refused.message).toContain('another run (the-other) is publishing "readings", and has not ended within 1s')
        yield* Deferred.succeed(goOn, undefined)
        yield* Fiber.join(first)
        yield* publishReadings(2, 2)
        expect(yield* readAll(Readings)).toEqual(readings(2, 2))
      }).pipe(Effect.provide(fresh()))
    )

    it.live("drops what dead runs left of its own table, and nothing else", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* databases.asAdmin(
          database,
          "CREATE TABLE readings__staging_abcd1234 (n INT)",
          "CREATE TABLE readings__old_abcd1234 (n INT)",
          "CREATE TABLE readings__staging_of_mine (n INT)",
          "CREATE TABLE readings_too__staging_abcd1234 (n INT)"
        )
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* publishReadings(1, 1)
            expect(yield* tableNames).toEqual(["readings", "readings__staging_of_mine", "readings_too__staging_abcd1234"])
          }),
          databases.stores(database, { load })
        )
      })
    )

    it.live("loses its lock and its staging table's claim with its connection, and tells a lost connection as such", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            yield* publishReadings(3, 1)
            const killed = Stream.fromEffect(Effect.as(databases.killAll(database), readings(1, 2)))
            const failed = yield* Effect.flip(step(warehouse.publish(Readings, Dataset.fromChunks(Stream.orDie(killed)))))
            expect(failed).toMatchObject({ _tag: "WarehouseFailed", reason: "Unreachable", retryable: true })
            expect(yield* tableNames).toEqual(["readings"])
            yield* publishReadings(2, 3)
            expect(yield* readAll(Readings)).toEqual(readings(2, 3))
          }),
          databases.stores(database, { load })
        )
      })
    )

    // Guards a bug: each publisher waited for a second connection to clean up, while publishers held all connections.
    it.live("cleans up after all publishers that the pool has connections for have lost theirs at once", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour, spec)
        yield* Effect.provide(
          Effect.gen(function* () {
            const warehouse = yield* Warehouse
            const go = yield* Deferred.make<void>()
            const publishing = yield* Effect.forEach(
              Array.from({ length: 15 }, (_, n) => n),
              (n) =>
                Effect.fork(
                  Effect.flip(
                    step(
                      warehouse.publish(
                        { ...Readings, name: `readings_${n}` },
                        Dataset.fromChunks(
                          Stream.concat(
                            Stream.make(readings(1_500, 1)),
                            Stream.fromEffect(Effect.as(Deferred.await(go), readings(1, 2)))
                          )
                        )
                      )
                    )
                  )
                )
            )
            yield* Effect.repeat(databases.asAdmin(database, "SHOW TABLES LIKE '%staging%'"), {
              until: (names) => names.length === 15
            })
            yield* databases.killAll(database)
            yield* Deferred.succeed(go, undefined)
            const errors = yield* Fiber.join(Fiber.all(publishing))
            expect(errors.map((error) => error._tag === "WarehouseFailed" && error.reason)).toEqual(
              Array(15).fill("Unreachable")
            )
            expect(yield* databases.asAdmin(database, "SHOW TABLES LIKE '%staging%'")).toEqual([])
          }),
          databases.stores(database, { load })
        )
      })
    )
  })
}
