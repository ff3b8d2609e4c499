/**
 * Keys of partitions are typed by their set, and are never personal. Each `@ts-expect-error` is an assertion: were the line below it
 * to compile, the directive itself would be an error, and `pnpm check` fails.
 */
import type { MaskId } from "@sluice/core/data/MaskId"
import type { Pii } from "@sluice/core/data/Pii"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Either } from "effect/Either"

declare const city: Pii<"city">
declare const cityId: MaskId<"city">
declare const shopNames: ReadonlyArray<string>

const days = Partitions.daily("days", { start: "2024-08-01" })
const hours = Partitions.hourly("hours", { start: "2024-08-01" })
const weeks = Partitions.weekly("weeks", { start: "2024-08-01" })
const quarters = Partitions.every("quarters", { cron: "0,15,30,45 * * * *", start: "2024-08-01" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const shops = Partitions.fixed("shops", shopNames)
const customers = Partitions.dynamic("customers")
const cells = Partitions.product("cells", { day: days, region: regions })

const keyOfDays: Partitions.Key<typeof days> = Partitions.key(days, "2024-08-01")
export const keys: ReadonlyArray<string> = [
  keyOfDays,
  Partitions.key(hours, "2024-10-27T02a"),
  Partitions.key(weeks, "2024-W31"),
  Partitions.key(quarters, "2024-08-01T06:30"),
  Partitions.key(regions, "eu"),
  Partitions.key(shops, "any text"),
  Partitions.key(customers, "acme")
]
export const parsed: Either<Partitions.Key<typeof cells>, string> = Partitions.parseKey(cells, "2024-08-01|eu", { now: 0 })

// @ts-expect-error a key of regions is none of days
export const wrongSet: Partitions.Key<typeof days> = Partitions.key(regions, "eu")
// @ts-expect-error a text is no key until it is read
export const unread: Partitions.Key<typeof days> = "2024-08-01"
// @ts-expect-error "ue" is not a key of regions
Partitions.key(regions, "ue")
// @ts-expect-error a week is not written as a date
Partitions.key(weeks, "2024-08-01")
// @ts-expect-error a product's key has several parts: read it with parseKey
Partitions.key(cells, "2024-08-01|eu")

Partitions.fixed("cities", [1, 2])
Partitions.fixed("cities", [cityId])
// @ts-expect-error a personal value is no key: mask it
Partitions.fixed("cities", [city])
// @ts-expect-error a personal value is no key: mask it
Partitions.key(customers, city)
