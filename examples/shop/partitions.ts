import * as Partitions from "@sluice/core/partition/Partitions"

/** The days that the sample API has orders of. A shop that goes on selling leaves `end` out. */
const span = { start: "2024-03-01", end: "2024-03-11" }

export const hours = Partitions.hourly("hours", span)
export const days = Partitions.daily("days", span)
export const dayRegion = Partitions.product("day_region", {
  day: days,
  region: Partitions.fixed("regions", ["eu", "uk", "us"])
})
