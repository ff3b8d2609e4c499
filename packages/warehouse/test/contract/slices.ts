import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Slice from "@sluice/core/partition/Slice"
import type { Space } from "@sluice/core/partition/Space"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import type { Options } from "@sluice/warehouse/PartitionedTables"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { readAll, recordingStep } from "./support.ts"

const now = Date.UTC(2025, 0, 1)

/** The partitions of a set at the beginning of 2025. */
export const spaceOf = (set: Partitions.Any): Space => Either.getOrThrow(set.at({ now }))

/** A slice of a set, by keys or ranges of keys: `2024-03-01..2024-03-03`. */
export const slice = (set: Partitions.Any, ...keys: ReadonlyArray<string>): Slice.Slice => {
  const space = spaceOf(set)
  const indexOf = (key: string) =>
    Either.getOrThrow(Either.mapLeft(space.indexOf(key), (problem) => new Error(`${key} ${problem}`)))
  const ranges = keys.map((key): readonly [number, number] => {
    const [from = "", to = from] = key.split("..")
    return [indexOf(from), indexOf(to) + 1]
  })
  return Slice.make(space, Runs.fromRanges(space.size, ranges))
}

export const days = Partitions.daily("days", { start: "2024-03-01" })

/** Orders by the day of their time. */
export const ordersTable = <const Name extends string>(name: Name) =>
  Table.make(name, {
    description: "Orders, cut by day.",
    columns: { id: Column.text(40), ordered_at: Column.timestamp, amount: Column.integer },
    primaryKey: ["id"],
    partitionBy: "ordered_at"
  })
export type Orders = ReturnType<typeof ordersTable<string>>

/** `3a 3b 4c`: orders by the day of March 2024, at noon, and their id; `3a5` has the amount 5. */
export const orders = (text: string) =>
  rowsOf(
    text === ""
      ? []
      : text.split(" ").map((word) => {
          const [, day = "", id = "", amount = "1"] = /^(\d+)([a-z]+)(\d+)?$/.exec(word) ?? []
          return { id, ordered_at: `2024-03-${day.padStart(2, "0")}T12:00:00.000Z`, amount: Number(amount) }
        })
  )

export const rowsOf = (rows: ReadonlyArray<Table.BareRow<Orders>>) => Table.rows(ordersTable("orders"), rows)

/** The orders in a table, as `orders` writes them, by day. */
export const seen = (table: Orders) =>
  Effect.map(readAll(table), (rows) =>
    rows
      .map(({ amount, id, ordered_at }) => `${Number(ordered_at.slice(8, 10))}${id}${amount === 1 ? "" : amount}`)
      .sort()
      .join(" ")
  )

/** Replaces days of March 2024 in one step of a run. */
export const replace = <T extends Table.Any>(
  table: T,
  of: Slice.Slice,
  rows: ReadonlyArray<Table.BareRow<T>>,
  { runId = "run", ...options }: Options & { readonly runId?: string; readonly staged?: StepContext.Service["staged"] } = {}
) =>
  Effect.gen(function* () {
    const warehouse = yield* Warehouse
    const { recorded, service } = recordingStep(table.name, options.staged)
    const replaced = yield* Effect.provideService(
      warehouse.replacePartitions(table, of, Dataset.fromArray(Table.rows(table, rows)), options),
      StepContext,
      { ...service, runId }
    )
    return { ...replaced, metadata: recorded.metadata }
  })

/** The marks of a table's partitions: `2024-03-01 run 2`. */
export const marksOf = (table: Table.Any, runId?: string) =>
  Effect.gen(function* () {
    const marks = yield* (yield* Warehouse).partitionMarks(table, runId === undefined ? {} : { runId })
    return marks.map((mark) => `${mark.key} ${mark.runId} ${mark.rows ?? "unknown"}`)
  })

/** Days of March 2024. */
export const march = (...ranges: ReadonlyArray<string>) =>
  slice(days, ...ranges.map((range) => range.replace(/\d+/g, (day) => `2024-03-${day.padStart(2, "0")}`)))
