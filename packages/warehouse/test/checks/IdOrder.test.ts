import { createHash } from "node:crypto"
import * as IdOrder from "@sluice/warehouse/checks/IdOrder"
import * as RandomIds from "@sluice/warehouse/sql/RandomIds"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"

/** Values in an order that none of the tested orders equals. */
const values = Array.from({ length: 4_000 }, (_, i) => `city ${(i * 2_477) % 4_001}`)
const sha256 = (value: string) => createHash("sha256").update(value).digest("hex")

/** Gives ids from 1 on in the order of a key. */
const inOrderOf = (key: (value: string) => string) =>
  new Map([...values].sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((value, i) => [value, i + 1]))
const rows = (ids: ReadonlyMap<string, number>) => values.map((value) => ({ id: ids.get(value) ?? 0, value }))

it("ids that follow an order of their values are found, reversed and roughly too", () => {
  // Regression: ids followed the order of SHA-256, so a list of candidates revealed their values.
  const bySha256 = inOrderOf(sha256)
  expect(IdOrder.told(rows(bySha256))).toEqual(["sha256"])
  expect(IdOrder.correlations(rows(bySha256)).sha256).toBe(1)
  const reversed = new Map([...bySha256].map(([value, id]) => [value, 2 ** 40 - id]))
  expect(IdOrder.told(rows(reversed))).toEqual(["sha256"])
  const roughly = new Map(
    [...inOrderOf((value) => value)].map(([value, id], i) => [value, id + 10_000 * ((i * 7_919) % 2) + 0.5])
  )
  expect(IdOrder.told(rows(roughly))).toEqual(["alphabetical"])
  expect(IdOrder.told(values.map((value, i) => ({ id: i + 1, value })))).toEqual(["arrival"])
})

it("random ids follow none, and are spread over all numbers below 2^53", () => {
  const ids = RandomIds.different(Effect.runSync(RandomIds.RandomIds), values.length)
  expect(new Set(ids).size).toBe(values.length)
  expect(ids.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true)
  expect(IdOrder.told(values.map((value, i) => ({ id: ids[i] ?? 0, value })))).toEqual([])
  // The mean of the ids, and of each of the 53 bits, in standard deviations from one half.
  const deviations = (parts: ReadonlyArray<number>, deviation: number) =>
    Math.abs(parts.reduce((sum, part) => sum + part, 0) / parts.length - 0.5) / (deviation / Math.sqrt(parts.length))
  const bits = Array.from({ length: 53 }, (_, bit) => ids.map((id) => Number((BigInt(id) >> BigInt(bit)) & 1n)))
  const all = [
    deviations(
      ids.map((id) => id / 2 ** 53),
      Math.sqrt(1 / 12)
    ),
    ...bits.map((each) => deviations(each, 0.5))
  ]
  expect(all.filter((deviation) => deviation > 7)).toEqual([])
})

it("an id that is taken, drawn twice or 0 is drawn again", () => {
  const drawn = [0, 7, 7, 8, 9, 10]
  expect(RandomIds.different((count) => drawn.splice(0, count), 2, new Set([8]))).toEqual([7, 9])
})
