import { it } from "@effect/vitest"
import * as Either from "effect/Either"
import { expect } from "vitest"
import * as Partitions from "../../src/partition/Partitions.ts"
import * as PartitionText from "../../src/partition/PartitionText.ts"
import * as Signature from "../../src/partition/Signature.ts"
import * as Stored from "../../src/partition/Stored.ts"

const now = Date.parse("2024-11-01T00:00:00Z")
const hours = Partitions.hourly("hours", { start: "2024-10-01", timezone: "Europe/Berlin" })
const weeks = Partitions.weekly("weeks", { start: "2024-01-01" })
const regions = Partitions.fixed("regions", ["eu", "us"])

const told = (set: Partitions.Any, text: string, limit?: number) => {
  const space = Either.getOrThrow(set.at({ now }))
  const stored = Stored.of(space, Either.getOrThrow(PartitionText.parse(space, text)))
  return Signature.text(Signature.of(space), stored, limit)
}

it("text names stored partitions by key, in the zone of the set and in the order of its dimensions", () => {
  expect(told(hours, "2024-10-27T02a..2024-10-27T03,2024-10-28")).toBe(
    "2024-10-27T02a..2024-10-27T03, 2024-10-28T00..2024-10-28T23"
  )
  expect(told(weeks, "2024-W02,2024-W05,2024-W09", 1)).toBe("2024-W02 and 2 more ranges")
  expect(told(regions, "us,eu")).toBe("eu, us")
  const regionWeek = Partitions.product("region_week", { region: regions, week: weeks })
  expect(told(regionWeek, "eu|2024-W02..2024-W03")).toBe("eu|2024-W02..2024-W03")
})

it("windows alone mean all keys of a product's other dimensions", () => {
  const regionWeek = Partitions.product("region_week", { region: regions, week: weeks })
  expect(told(regionWeek, "2024-W02..2024-W03")).toBe("eu|2024-W02..2024-W03, us|2024-W02..2024-W03")
})
