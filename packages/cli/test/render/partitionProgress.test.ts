import { expect, it } from "vitest"
import * as PartitionProgress from "../../src/render/PartitionProgress.ts"
import * as Style from "../../src/render/Style.ts"

const counts = { total: 31, made: 12, failed: 1, skipped: 0 }
const line = (making: PartitionProgress.Making, room = 78, style = Style.plain) =>
  PartitionProgress.line(making, room, style)

it("partitions are drawn as a bar, with the numbers by state, the rate and the time that is left", () => {
  expect(line({ partitions: counts, millis: 2_000, expected: undefined })).toBe(
    "█████████▒░░░░░░░░░░░░░░  12 of 31 partitions · 1 failed · 6.5/s · 2.8 s left"
  )
  expect(line({ partitions: { ...counts, made: 0, failed: 0 }, millis: 100, expected: 5_100 })).toBe(
    "░░░░░░░░░░░░░░░░░░░░░░░░  0 of 31 partitions · 5.0 s left"
  )
})

it("a slow rate is by minute, and a narrow terminal has a shorter bar or none", () => {
  const making = { partitions: { ...counts, failed: 0 }, millis: 60_000, expected: undefined }
  expect([line(making, 60), line(making, 44), line(making, 20)]).toStrictEqual([
    "███░░░░░░░  12 of 31 partitions · 12.0/min · 1 min 35 s left",
    "12 of 31 partitions · 12.0/min · 1 min 35 s…",
    "12 of 31 partitions…"
  ])
})

it("without Unicode it is ASCII", () => {
  const ascii = Style.make({ colour: false, unicode: false, columns: 80, program: "sluice" })
  expect(line({ partitions: counts, millis: 2_000, expected: undefined }, 78, ascii)).toBe(
    "#########x..............  12 of 31 partitions | 1 failed | 6.5/s | 2.8 s left"
  )
})
