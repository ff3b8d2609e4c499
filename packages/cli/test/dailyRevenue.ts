import { join } from "node:path"
import * as Asset from "@sluice/core/asset/Asset"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import * as Day from "@sluice/core/data/Day"
import * as Definitions from "@sluice/core/definitions/Definitions"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Signature from "@sluice/core/partition/Signature"
import * as Stored from "@sluice/core/partition/Stored"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as SqliteHistory from "@sluice/warehouse/embedded/SqliteHistory"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const DailyRevenue = Table.make("daily_revenue", {
  description: "Revenue by day.",
  columns: { day: Column.day, revenue: Column.integer },
  primaryKey: ["day"],
  partitionBy: "day"
})

/** The same table, not cut. */
const WholeRevenue = Table.make("daily_revenue", {
  description: "Revenue by day.",
  columns: { day: Column.day, revenue: Column.integer },
  primaryKey: ["day"]
})

const MonthlyRevenue = Table.make("monthly_revenue", {
  description: "Revenue by month.",
  columns: { day: Column.day, revenue: Column.integer },
  primaryKey: ["day"],
  partitionBy: "day"
})

const dayOf = (text: string): Day.Day => Schema.decodeSync(Day.schema)(text)

/** How the pipeline is declared, and what its assets do. */
export interface Options {
  readonly start?: string
  readonly timezone?: string
  readonly codeVersion?: string
  /** The days that fail. */
  readonly failing?: ReadonlySet<string>
  /** What is done before a day is made. */
  readonly made?: (key: string) => Effect.Effect<void>
  /** Without, daily_revenue is made whole, and is the only asset. */
  readonly cut?: false
}

/** A pipeline with an asset that is cut by day of August 2024, one by month downstream, and one that is not cut. */
export const pipeline = ({
  codeVersion = "1",
  cut,
  failing = new Set(),
  made = () => Effect.void,
  start = "2024-08-01",
  timezone = "UTC"
}: Options = {}) => {
  if (cut === false) {
    const whole = tableAsset(WholeRevenue, {
      codeVersion,
      rows: () => ["2024-08-01", "2024-08-31"].map((key) => ({ day: dayOf(key), revenue: 1 }))
    })
    return Definitions.make({ name: "shop", assets: [whole], resources: () => Layer.empty })
  }
  const days = Partitions.daily("days", { start, end: "2024-08-31", timezone })
  const months = Partitions.monthly("months", { start: start.slice(0, 7), end: "2024-08", timezone })
  const daily = tableAsset(DailyRevenue, {
    codeVersion,
    partitions: days,
    rows: Effect.fn("daily_revenue")(function* (_, __, { key }) {
      yield* made(key)
      if (failing.has(key)) return yield* new CheckFailed({ asset: "daily_revenue", checks: ["revenue"], staged: false })
      return [{ day: dayOf(key), revenue: 1 }]
    })
  })
  const monthly = tableAsset(MonthlyRevenue, {
    codeVersion: "1",
    upstreams: { daily },
    partitions: months,
    mappings: { daily: Mapping.overlap(days, months) },
    rows: (_, __, { first }) => [{ day: dayOf(`${first}-01`), revenue: 31 }]
  })
  const report = Asset.make("report", { codeVersion: "1", materialize: () => Effect.succeed(1) })
  return Definitions.make({ name: "shop", assets: [daily, monthly, report], resources: () => Layer.empty })
}

/** Records what a run made and failed to make of daily_revenue, in a store that is there. */
export const record = (
  directory: string,
  runId: string,
  at: string,
  { failed, made }: { readonly made?: string; readonly failed?: string }
) => {
  const space = Either.getOrThrow(
    Partitions.daily("days", { start: "2024-07-01", end: "2024-08-31" }).at({ now: Date.now() })
  )
  const stored = (text: string) =>
    Stored.of(space, Either.getOrThrow(Either.mapLeft(PartitionText.parse(space, text), (problem) => new Error(problem))))
  const about = { runId, at, asset: "daily_revenue" } as const
  const set = Signature.of(space)
  const events: ReadonlyArray<RunEvent> = [
    {
      _tag: "RunStarted",
      runId,
      at,
      selection: "daily_revenue",
      steps: [],
      tags: {},
      owner: { host: "elsewhere", pid: 1 }
    },
    ...(made === undefined
      ? []
      : [
          {
            _tag: "PartitionsSucceeded" as const,
            ...about,
            set,
            code: "1",
            slices: [{ partitions: stored(made), durationMillis: 40, metadata: { rows: 1 } }]
          }
        ]),
    ...(failed === undefined
      ? []
      : [
          {
            _tag: "PartitionsFailed" as const,
            ...about,
            set,
            partitions: stored(failed),
            error: { tag: "WarehouseFailed", message: "The server refused a row.", retryable: true }
          }
        ]),
    { _tag: "RunConcluded", runId, at, status: "succeeded", durationMillis: 40 }
  ]
  return Effect.flatMap(RunStore, (store) => store.append(events)).pipe(
    Effect.provide(SqliteHistory.layer({ directory: join(directory) })),
    Effect.provideService(PipelineName, "shop"),
    Effect.runPromise
  )
}
