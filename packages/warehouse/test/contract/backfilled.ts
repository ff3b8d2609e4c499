import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import type { MysqlUrl } from "@sluice/warehouse/DatabaseUrl"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** Which store a process opens. */
export type StoreOf =
  | { readonly _tag: "Embedded"; readonly directory: string }
  | { readonly _tag: "Mysql"; readonly url: Omit<MysqlUrl, "password">; readonly password: string }

/** What one process makes. */
export interface Life {
  readonly store: StoreOf
  /** The number of the process, which is in all rows that it writes. */
  readonly life: number
  /** The number of days that the table has. */
  readonly days: number
  /** The partitions to make, as a person writes them. Undefined: those that are missing. */
  readonly partitions?: string
}

const start = Date.UTC(1990, 0, 1)
const dateOf = (day: number): string => new Date(start + day * 86_400_000).toISOString().slice(0, 10)

/** The keys of so many days, from one on. */
export const keysFrom = (first: number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, by) => dateOf(first + by))

export const Visits = Table.make("visits", {
  description: "Visits by day, each with the process that wrote it.",
  columns: { id: Column.text(40), day: Column.day, life: Column.integer },
  primaryKey: ["id"],
  partitionBy: "day"
})

/** The rows of each day. */
export const rowsOfDay = 3

/** A table that is cut by day. `begin` runs as each of its partitions begins. */
export const backfilled = ({
  begin = Effect.void,
  days,
  life
}: Pick<Life, "days" | "life"> & { begin?: Effect.Effect<void> }) => {
  const partitions = Partitions.daily("days", { start: dateOf(0), end: dateOf(days - 1) })
  const visits = tableAsset(Visits, {
    partitions,
    rows: (_, __, { first }) =>
      Effect.as(
        Effect.zipRight(begin, Effect.sleep("2 millis")),
        Table.rows(
          Visits,
          Array.from({ length: rowsOfDay }, (_, at) => ({ id: `${first} ${at}`, day: first, life }))
        )
      )
  })
  return { visits, graph: Either.getOrThrow(AssetGraph.make([visits])) }
}
