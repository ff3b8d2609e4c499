/** Partitions that must not compile: each `@ts-expect-error` is an assertion. */
import * as Asset from "@sluice/core/asset/Asset"
import * as Mapping from "@sluice/core/partition/Mapping"
import type { PartitionKey } from "@sluice/core/partition/PartitionKey"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Effect from "effect/Effect"

const hours = Partitions.hourly("hours", { start: "2024-08-01" })
const days = Partitions.daily("days", { start: "2024-08-01" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const dayRegion = Partitions.product("day_region", { day: days, region: regions })

const hourly = Asset.make("hourly", {
  partitions: hours,
  materialize: (_, { key }) => Effect.succeed(key.length)
})

// One call makes one partition, unless the policy says otherwise.
const daily = Asset.make("daily", {
  partitions: days,
  upstreams: { hourly },
  mappings: { hourly: Mapping.overlap(hours, days) },
  materialize: ({ hourly }, { key }) => {
    const of: PartitionKey<"days"> = key
    const lengths: ReadonlyMap<PartitionKey<"hours">, number> = hourly
    return Effect.succeed(of.length + lengths.size)
  }
})
Asset.make("ranged", {
  partitions: days,
  upstreams: { daily },
  policy: "single-run",
  materialize: ({ daily }, { first, keys }) => Effect.succeed([first, ...keys].length + daily)
})
Asset.make("one_key", {
  partitions: days,
  // @ts-expect-error an asset that makes one partition a call has a key, and an asset that makes ranges has none
  materialize: (_, slice) => Effect.succeed(slice.keyOfRange)
})
Asset.make("no_key", {
  partitions: days,
  policy: "single-run",
  // @ts-expect-error an asset that makes ranges is given no single key
  materialize: (_, { key }) => Effect.succeed(key)
})

// The same set needs no mapping, and gives one value. An asset that is not cut is given a map by key.
Asset.make("same", {
  partitions: days,
  upstreams: { daily },
  materialize: Effect.fn("same")(function* ({ daily }) {
    return yield* Effect.succeed(daily + 1)
  })
})
Asset.make("whole", {
  upstreams: { daily },
  materialize: ({ daily }) => Effect.succeed([...daily.keys()].map((key: PartitionKey<"days">) => key))
})

Asset.make("unmapped", {
  // @ts-expect-error the upstream hourly is cut by another set: give it a mapping in mappings
  partitions: days,
  upstreams: { hourly },
  materialize: () => Effect.void
})
Asset.make("wrong_mapping", {
  partitions: days,
  upstreams: { hourly },
  // @ts-expect-error a mapping from days does not map hours
  mappings: { hourly: Mapping.overlap(days, days) },
  materialize: () => Effect.void
})

// One dimension of a product.
Mapping.toDimension(days, dayRegion, "day")
// @ts-expect-error the product has no such dimension
Mapping.toDimension(days, dayRegion, "week")
// @ts-expect-error the dimension region is not made of days
Mapping.toDimension(days, dayRegion, "region")

declare const hour: PartitionKey<"hours">
// @ts-expect-error a key of another set
export const day: PartitionKey<"days"> = hour
