import { join } from "node:path"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Slice from "@sluice/core/partition/Slice"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { type Figure, inTurn } from "./harness.ts"

const rowsEach = 10
const writers = 16

const Orders = Table.make("orders", {
  description: "Orders by day.",
  columns: { id: Column.integer, ordered_at: Column.timestamp, amount: Column.integer },
  primaryKey: ["id"],
  partitionBy: "ordered_at"
})

/**
 * Milliseconds of a partition of ten rows in the embedded store, one after another and by several writers at once, over a
 * transaction of these rows alone. That one waits for one file, the store's for two.
 */
export const publishing = async (
  directory: string,
  { partitions, runs }: { readonly partitions: number; readonly runs: number }
): Promise<ReadonlyArray<Figure>> => {
  const days = Partitions.daily("days", { start: "2000-01-01", end: "2029-12-31" })
  const space = Either.getOrThrow(days.at({ now: Date.UTC(2030, 0, 2) }))
  const rowsOf = (day: number) =>
    Table.rows(
      Orders,
      Array.from({ length: rowsEach }, (_, at) => ({
        id: day * rowsEach + at,
        ordered_at: `${space.keyOf(day)}T12:00:00.000Z`,
        amount: at
      }))
    )
  const all = Array.from({ length: partitions }, (_, day) => day)

  const runtime = ManagedRuntime.make(
    Layer.provide(SqliteStores.layer({ directory: join(directory, "published") }), Layer.succeed(PipelineName, "bench"))
  )
  const replaceOne = (warehouse: Warehouse["Type"], day: number) =>
    warehouse.replacePartitions(
      Orders,
      Slice.make(space, Runs.fromRanges(space.size, [[day, day + 1]])),
      Dataset.fromArray(rowsOf(day))
    )
  /** Each writer takes the next day when it is done with one. A fiber for each day would keep them all until the end. */
  const replace = (writers: number) => () => {
    const next = all.values()
    const writer = (warehouse: Warehouse["Type"]) =>
      Effect.gen(function* () {
        for (const day of next) yield* replaceOne(warehouse, day)
      })
    return runtime.runPromise(
      Effect.flatMap(Warehouse, (warehouse) =>
        Effect.all(
          Array.from({ length: writers }, () => writer(warehouse)),
          { concurrency: "unbounded", discard: true }
        )
      ).pipe(Effect.provideService(StepContext, StepContext.unobserved("run", "orders")))
    )
  }

  const bare = LibsqlClient.make({
    path: join(directory, "bare.db"),
    setup: [
      "PRAGMA journal_mode = DELETE",
      "PRAGMA synchronous = FULL",
      "CREATE TABLE orders (id INTEGER, ordered_at TEXT, amount INTEGER)",
      "CREATE UNIQUE INDEX orders_key ON orders (id)",
      "CREATE INDEX orders_at ON orders (ordered_at)"
    ]
  })
  const commits = (client: LibsqlClient.LibsqlClient) => () =>
    Effect.runPromise(
      Effect.forEach(
        all,
        (day) =>
          client.withTransaction(
            client.use((session) => {
              const bounds = [`${space.keyOf(day)} 00:00:00.000`, `${space.keyOf(day + 1)} 00:00:00.000`]
              session.run("DELETE FROM orders WHERE ordered_at >= ? AND ordered_at < ?", bounds)
              for (const { amount, id } of rowsOf(day)) {
                session.run("INSERT INTO orders VALUES (?, ?, ?)", [id, `${space.keyOf(day)} 12:00:00.000`, amount])
              }
            })
          ),
        { discard: true }
      )
    )

  try {
    return await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(bare, (client) =>
          Effect.promise(async () => {
            const [floor = 0, single = 0, several = 0] = await inTurn(runs, commits(client), replace(1), replace(writers))
            const commit = { what: "a transaction of these rows", value: floor / partitions }
            return [
              { what: `publish a partition of ${rowsEach} rows`, unit: "ms", value: single / partitions, floor: commit },
              {
                what: `the same, ${writers} writers at once`,
                unit: "ms",
                value: several / partitions,
                floor: commit
              },
              {
                what: `the same, over a transaction of these rows`,
                unit: "ms",
                value: (several - floor) / partitions,
                ceiling: 1
              }
            ] satisfies ReadonlyArray<Figure>
          })
        )
      )
    )
  } finally {
    await runtime.dispose()
  }
}
