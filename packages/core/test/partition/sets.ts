import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Space } from "@sluice/core/partition/Space"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"

const now = Date.parse("2024-11-10T00:00:00Z")

/** Zones whose clocks shift by an hour, by half an hour, at one minute past midnight, over a date, or not at all. */
const zone = FastCheck.constantFrom(
  "UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "America/Caracas",
  "Pacific/Apia"
)

/** Days near transitions of these zones. */
const start = FastCheck.constantFrom("2024-10-25", "2011-12-28", "2016-04-29", "2007-12-07", "2011-03-12")

const twiceAnHour = <const Name extends string>(name: Name, options: Partitions.WindowOptions) =>
  Partitions.every(name, { ...options, cron: "10,40 * * * *" })

/** Windows of a zone, some of them excluded. `from` moves the start by so many days, and `to` moves the end. */
export const windows = FastCheck.record({
  make: FastCheck.constantFrom(Partitions.hourly, Partitions.daily, Partitions.weekly, Partitions.monthly, twiceAnHour),
  timezone: zone,
  start,
  days: FastCheck.integer({ min: 3, max: 70 }),
  excluded: FastCheck.uniqueArray(FastCheck.integer({ min: 0, max: 30 }), { maxLength: 3 })
}).map(({ days, excluded, make, start, timezone }) => ({ from = 0, to = 0 } = {}) => {
  const first = Date.parse(`${start}T00:00:00Z`)
  return make("windows", {
    start: dateOf(first, from),
    end: dateOf(first, days + to),
    timezone,
    exclude: excluded.map((by) => dateOf(first, by)).map((date) => `${date}..${date}`)
  })
})

export const regions = Partitions.fixed("regions", ["eu", "us", "a|b", "__proto__", "7"])

/** Sets of every kind. Products have two or three dimensions, and time is any of them or two of them. */
export const anySet = FastCheck.oneof(
  windows.map((make): Partitions.Any => make()),
  FastCheck.constant(regions),
  windows.map((make) => Partitions.product("cells", { region: regions, time: make() })),
  windows.map((make) =>
    Partitions.product("cells", { time: make(), region: regions, more: Partitions.fixed("more", ["x"]) })
  ),
  windows.map((make) =>
    Partitions.product("cells", {
      region: regions,
      day: Partitions.daily("days", { start: "2024-10-01", end: "2024-10-04", exclude: ["2024-10-02"] }),
      time: make()
    })
  ),
  FastCheck.constant(Partitions.product("cells", { region: regions, more: Partitions.fixed("more", ["x", "y"]) }))
).filter(isValid)

/** Some partitions of a space: those of random ranges. */
export const someOf = (space: Space): FastCheck.Arbitrary<Runs.Runs> =>
  FastCheck.array(FastCheck.tuple(FastCheck.nat(space.size), FastCheck.nat(Math.ceil(space.size / 3))), {
    maxLength: 8
  }).map((ranges) =>
    Runs.intersect(
      Runs.fromRanges(
        space.size,
        ranges.map(([from, length]) => [from, from + length] as const)
      ),
      space.all
    )
  )

/** A set of months can have no month between its start and its end, and is refused then. */
export function isValid(set: Partitions.Any): boolean {
  return Either.isRight(set.at({ now }))
}

export const spaceOf = <Name extends string>(set: Partitions.Partitions<Name>): Space<Name> =>
  Either.getOrThrow(set.at({ now, keysOf: () => [] }))

export const keysOf = (space: Space, runs: Runs.Runs): ReadonlyArray<string> =>
  [...Runs.ranges(runs)].flatMap(([from, to]) => Array.from({ length: to - from }, (_, by) => space.keyOf(from + by)))

const dateOf = (instant: number, days: number): string => new Date(instant + days * 86_400_000).toISOString().slice(0, 10)
