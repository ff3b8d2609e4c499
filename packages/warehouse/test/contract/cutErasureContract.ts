import { expect, it } from "@effect/vitest"
import type { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { Erasure } from "@sluice/warehouse/Erasure"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe } from "vitest"
import type { Fresh } from "./erasureContract.ts"
import { march, marksOf, replace } from "./slices.ts"
import { inStep, readAll, tablesIn } from "./support.ts"

const Visits = Table.make("cut_visits", {
  description: "Who came on a day.",
  columns: { id: Column.integer, visitor: Column.text(40), day: Column.day },
  primaryKey: ["id"],
  subject: "visitor",
  partitionBy: "day"
})

const visits = (...all: ReadonlyArray<readonly [id: number, visitor: string, day: number]>) =>
  all.map(([id, visitor, day]) => ({ id, visitor, day: `2024-03-0${day}` }))

const erase = Effect.flatMap(Erasure, (erasure) =>
  erasure.erase({ tables: [Visits], masks: [], quarantine: [] }, Redacted.make("ada_lovelace"))
)

/** Every store erases people from tables that are cut like this. */
export const cutErasureContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<Fresh, E, Scope.Scope>
  readonly listTables: string
}) =>
  describe(`${options.name}: erasure from partitions`, () => {
    it.scopedLive("the numbers of rows are right after an erasure, for the table and for each partition made again", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const counts: Array<unknown> = []
          const staged: StepContext.Service["staged"] = (_, counted) => Effect.sync(() => void counts.push(counted))
          yield* replace(Visits, march("3"), visits([1, "ada_lovelace", 3], [2, "bob", 3], [3, "eve", 3]))
          yield* replace(Visits, march("4"), visits([4, "ada_lovelace", 4], [5, "bob", 4]))
          yield* erase
          const { marks } = yield* WarehouseReader
          expect((yield* marks).get(Visits.name)?.rows).toBe(3)
          expect(yield* marksOf(Visits)).toStrictEqual(["2024-03-03 run unknown", "2024-03-04 run unknown"])
          yield* replace(Visits, march("3"), visits([2, "bob", 3]), { staged })
          expect(counts).toStrictEqual([{ rows: 1, before: 2 }])
          expect((yield* marks).get(Visits.name)?.rows).toBe(2)
          expect(yield* marksOf(Visits)).toStrictEqual(["2024-03-03 run 1", "2024-03-04 run unknown"])
          expect((yield* readAll(Visits)).map(({ id }) => id)).toStrictEqual([2, 5])
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("rows that were read before an erasure are not written after it, and none stays in a staging table", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const warehouse = yield* Warehouse
          yield* replace(Visits, march("3"), visits([2, "bob", 3]))
          const before = [yield* readAll(Visits), yield* tablesIn(options.listTables)]
          const erasure = yield* Erasure
          const rows = Dataset.fromChunks(
            Stream.concat(
              Stream.make(Table.rows(Visits, visits([1, "ada_lovelace", 3]))),
              Stream.fromEffect(
                Effect.as(
                  Effect.orDie(Effect.provideService(erase, Erasure, erasure)),
                  Table.rows(Visits, visits([3, "eve", 3]))
                )
              )
            )
          )
          const error = yield* Effect.flip(inStep(warehouse.replacePartitions(Visits, march("3"), rows)))
          expect(error._tag === "WarehouseFailed" && error.reason).toBe("Outdated")
          expect([yield* readAll(Visits), yield* tablesIn(options.listTables)]).toStrictEqual(before)
        }).pipe(Effect.provide(store))
      })
    )
  })
