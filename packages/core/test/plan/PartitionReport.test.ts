import { expect, it } from "@effect/vitest"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Signature from "@sluice/core/partition/Signature"
import * as Stored from "@sluice/core/partition/Stored"
import * as PartitionReport from "@sluice/core/plan/PartitionReport"
import * as Either from "effect/Either"

const now = Date.parse("2025-01-01T00:00:00Z")
const hoursOf = (timezone: string) =>
  Either.getOrThrow(Partitions.hourly("hours", { start: "2024-10-26", end: "2024-10-28", timezone }).at({ now }))

it("orphaned partitions are written by the keys that they had, next to each other as one", () => {
  const berlin = hoursOf("Europe/Berlin")
  const { cells, unit } = Stored.of(berlin, berlin.all)
  const [first = 0, last = 0] = cells[""] ?? []
  const signature = Signature.of(berlin)
  const text = (ranges: ReadonlyArray<number>) =>
    PartitionReport.orphanedText({ orphaned: { unit, cells: { "": ranges } }, signature })
  expect([
    text([first, first + 3600, first + 7200, first + 7200]),
    text([first, first, last, last]),
    text([first + 26 * 3600, first + 27 * 3600])
  ]).toEqual(["2024-10-26T00..2024-10-26T02", "2024-10-26T00, 2024-10-28T23", "2024-10-27T02a..2024-10-27T02b"])
})
