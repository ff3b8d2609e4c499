import * as ZoneTable from "@sluice/core/partition/internal/ZoneTable"
import * as DateTime from "effect/DateTime"
import * as FastCheck from "effect/FastCheck"

const minute = 60_000

/** What a clock in a zone shows, by `effect/DateTime`, as if it were UTC. */
export const clockOf = (zone: string): ((instant: number) => number) => {
  const named = DateTime.zoneUnsafeMakeNamed(zone)
  return (instant) => {
    const zoned = DateTime.unsafeMakeZoned(instant, { timeZone: named })
    return instant + DateTime.zonedOffset(zoned)
  }
}

/** A zone and an instant near one of its transitions, or anywhere if it has none. Offsets have whole minutes since 1973. */
export const nearTransition = FastCheck.constantFrom(...Intl.supportedValuesOf("timeZone")).chain((zone) => {
  const changes = ZoneTable.of(zone, Date.UTC(2038, 0, 1)).since.filter(
    (at) => at > Date.UTC(1973, 0, 1) && at < Date.UTC(2037, 11, 1)
  )
  const instant =
    changes.length === 0
      ? FastCheck.integer({ min: Date.UTC(1973, 0, 1) / minute, max: Date.UTC(2037, 0, 1) / minute }).map(
          (at) => at * minute
        )
      : FastCheck.constantFrom(...changes)
  return instant.map((at) => ({ zone, at }))
})
