import { expect, it } from "@effect/vitest"
import * as CronPattern from "@sluice/core/partition/internal/CronPattern"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Ticks from "@sluice/core/partition/internal/Ticks"
import * as TimeGrid from "@sluice/core/partition/internal/TimeGrid"
import * as ZoneTable from "@sluice/core/partition/internal/ZoneTable"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Cron from "effect/Cron"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { clockOf, nearTransition } from "./clock.ts"
import { keysOf, spaceOf } from "./sets.ts"

const minute = 60_000
const until = Date.UTC(2038, 0, 1)
const expression = FastCheck.constantFrom(
  "*/15 * * * *",
  "30 2 * * *",
  "7 */3 * * 1-5",
  "0 0 1 * *",
  "45 23 13 * 5",
  "0 12 */2 * 1",
  "0,10,59 1 * 10,3,4 *",
  "* * * * *"
)

it.prop(
  "it ticks at each minute at which the zone's clock shows a time of the expression",
  [nearTransition, expression],
  ([{ at, zone }, text]) => {
    const cron = Either.getOrThrow(Cron.parse(text))
    const clock = clockOf(zone)
    const minutes = Array.from({ length: 4320 }, (_, index) => at - 2160 * minute + index * minute)
    const starts = minutes.filter((instant) => Cron.match(cron, DateTime.unsafeMake(clock(instant))))
    const ticks = Ticks.make(Either.getOrThrow(CronPattern.parse(text)), ZoneTable.of(zone, until))
    const before = ticks.numberAt((minutes[0] ?? 0) - 1)
    expect(starts.map((_, index) => ticks.startOf(before + 1 + index))).toStrictEqual(starts)
    expect(ticks.startOf(before + 1 + starts.length)).toBeGreaterThan(minutes.at(-1) ?? 0)
    const known = new Set(starts)
    let number = before
    expect(minutes.map(ticks.numberAt)).toStrictEqual(minutes.map((instant) => (known.has(instant) ? ++number : number)))
  },
  { fastCheck: { numRuns: 60 } }
)

it.prop(
  "every window is found again by its key, its ordinal and its instants",
  [nearTransition, expression],
  ([{ at, zone }, text]) => {
    const grid = TimeGrid.make(`cron ${text}`, zone, until)
    const middle = grid.numberAt(at)
    for (let number = middle - 20; number < middle + 20; number++) {
      expect(grid.parse(grid.keyOf(number))).toStrictEqual(Either.right(number))
      expect(grid.numberOf(grid.ordinalOf(number))).toBe(number)
      expect([grid.numberAt(grid.startOf(number)), grid.numberAt(grid.startOf(number + 1) - 1)]).toStrictEqual([
        number,
        number
      ])
    }
  }
)

const quarters = Partitions.every("quarters", {
  cron: "0,30  * * * *",
  start: "2024-10-27T01:30",
  end: "2024-10-27T03:00",
  timezone: "Europe/Berlin"
})

it("a time that the clock repeats has two keys, and one that it skips has none", () => {
  const space = spaceOf(quarters)
  expect(keysOf(space, space.all)).toStrictEqual([
    "2024-10-27T01:30",
    "2024-10-27T02:00a",
    "2024-10-27T02:30a",
    "2024-10-27T02:00b",
    "2024-10-27T02:30b",
    "2024-10-27T03:00"
  ])
  const daily = { cron: "30 2 * * *", timezone: "Europe/Berlin" }
  const spring = spaceOf(Partitions.every("nights", { ...daily, start: "2024-03-30", end: "2024-04-01" }))
  expect(keysOf(spring, spring.all)).toStrictEqual(["2024-03-30T02:30", "2024-04-01T02:30"])
  expect(spring.windows?.windowOf(0)).toStrictEqual({
    start: Date.parse("2024-03-30T01:30:00Z"),
    end: Date.parse("2024-04-01T00:30:00Z")
  })
})

it("a key that is no tick is refused with those around it", () => {
  expect(
    ["2024-10-27T02:15", "2024-10-27T02:30", "2024-10-27T02:30c", "2024-10-27T01:30a", "2024-10-27"].map(
      spaceOf(quarters).indexOf
    )
  ).toStrictEqual([
    Either.left(
      "is not a tick of 0,30 * * * * in Europe/Berlin. Those around it are 2024-10-27T02:00b and 2024-10-27T02:30b."
    ),
    Either.left("comes twice in Europe/Berlin. Write 2024-10-27T02:30a or 2024-10-27T02:30b."),
    Either.left(
      "has the letter c, and 2024-10-27T02:30 comes twice in Europe/Berlin. Write 2024-10-27T02:30a or 2024-10-27T02:30b."
    ),
    Either.left("has the letter a, and 2024-10-27T01:30 comes once in Europe/Berlin. Write 2024-10-27T01:30."),
    Either.left("is not a time. Write it as 2024-08-01T06:30.")
  ])
})

it("a day means the ticks in it", () => {
  const space = spaceOf(
    Partitions.every("quarters", { cron: "*/15 * * * *", start: "2024-10-01", timezone: "Asia/Kolkata" })
  )
  expect(Either.map(PartitionText.parse(space, "2024-10-02"), Runs.size)).toStrictEqual(Either.right(96))
  expect(Either.map(PartitionText.parse(space, "latest"), (runs) => PartitionText.print(space, runs))).toStrictEqual(
    Either.right("2024-11-10T05:15")
  )
})

it("an expression that is none, or never ticks, is refused", () => {
  const problemsOf = (cron: string) =>
    Either.match(Partitions.every("quarters", { cron, start: "2024-08-01" }).at({ now: 0 }), {
      onLeft: ({ problems }) => problems,
      onRight: () => []
    })
  expect(["61 * * * *", "x", "0 0 30 2 *", "* * * * * *"].map(problemsOf)).toStrictEqual([
    ["The cron expression 61 * * * * has a wrong field: Expected a value between 0 and 59."],
    ["The cron expression x has 1 field. Write five, such as 30 6 * * 1-5 for 06:30 on weekdays."],
    ["The cron expression 0 0 30 2 * never ticks: no month has that day."],
    ["The cron expression * * * * * * has 6 fields. Write five, such as 30 6 * * 1-5 for 06:30 on weekdays."]
  ])
})
