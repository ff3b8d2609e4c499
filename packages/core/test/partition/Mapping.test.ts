import { expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Space } from "@sluice/core/partition/Space"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"

const now = Date.parse("2024-11-10T00:00:00Z")
const zone = FastCheck.constantFrom(
  "UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Pacific/Apia"
)

/** Hours, days, weeks or months of a zone, some of them excluded. */
const windows = FastCheck.record({
  make: FastCheck.constantFrom(Partitions.hourly, Partitions.daily, Partitions.weekly, Partitions.monthly),
  timezone: zone,
  day: FastCheck.integer({ min: 1, max: 30 }),
  excluded: FastCheck.constantFrom([], ["2024-10-20..2024-10-25"])
}).map(({ day, excluded, make, timezone }) =>
  make("windows", { start: `2024-10-${String(day).padStart(2, "0")}`, timezone, exclude: excluded })
)
const regions = Partitions.fixed("regions", ["eu", "us", "asia"])

const spaceOf = (set: Partitions.Any): Space | undefined => Either.getOrUndefined(set.at({ now, keysOf: () => [] }))
const one = (space: Space, index: number) => Runs.fromRanges(space.size, [[index, index + 1]])
const indicesOf = (runs: Runs.Runs) =>
  [...Runs.ranges(runs)].flatMap(([from, to]) => Array.from({ length: to - from }, (_, by) => from + by))

/** Expects both directions of a mapping to be one relation, and to be that of `isRelated`. */
const expectRelation = (
  mapping: { readonly between: Mapping.Mapping<never, never, "one" | "many">["between"] },
  up: Space,
  down: Space,
  isRelated: (u: number, d: number) => boolean
) => {
  const relation = Either.getOrThrow(mapping.between(up, down))
  const [ups, downs] = [indicesOf(up.all), indicesOf(down.all)]
  for (const d of downs) expect(indicesOf(relation.up(one(down, d)))).toStrictEqual(ups.filter((u) => isRelated(u, d)))
  for (const u of ups) expect(indicesOf(relation.down(one(up, u)))).toStrictEqual(downs.filter((d) => isRelated(u, d)))
  const some = Runs.fromRanges(
    down.size,
    downs.filter((d) => d % 3 !== 0).map((d) => [d, d + 1] as const)
  )
  expect(indicesOf(relation.up(some))).toStrictEqual(ups.filter((u) => indicesOf(some).some((d) => isRelated(u, d))))
}

it.prop(
  "a window is made from the windows that it overlaps, moved by the offset, in both directions",
  [windows, windows, FastCheck.integer({ min: -2, max: 2 })],
  ([upSet, downSet, offset]) => {
    const [up, down] = [spaceOf(upSet), spaceOf(downSet)]
    if (up?.windows === undefined || down?.windows === undefined) return
    const [source, target] = [up.windows, down.windows]
    expectRelation(Mapping.overlap(upSet, downSet, { offset }), up, down, (u, d) => {
      const [a, b] = [source.windowOf(u - offset), target.windowOf(d)]
      return a.start < b.end && b.start < a.end
    })
  },
  { fastCheck: { numRuns: 40 } }
)

it.prop(
  "a cell of a product has the window of its time dimension",
  [windows, windows],
  ([set, other]) => {
    const product = Partitions.product("cells", { region: regions, time: set })
    const [time, upstream, cells] = [spaceOf(set), spaceOf(other), spaceOf(product)]
    if (time?.windows === undefined || upstream?.windows === undefined || cells === undefined || time.size > 60) return
    const [inTime, inOther] = [time.windows, upstream.windows]
    const isRelated = (u: number, cell: number) => {
      const [a, b] = [inOther.windowOf(u), inTime.windowOf(cell % time.size)]
      return a.start < b.end && b.start < a.end
    }
    expectRelation(Mapping.overlap(other, product), upstream, cells, isRelated)
    expectRelation(Mapping.overlap(product, other), cells, upstream, (cell, u) => isRelated(u, cell))
  },
  { fastCheck: { numRuns: 30 } }
)

it.prop("all, the latest, and a dimension are relations", [windows], ([set]) => {
  const product = Partitions.product("cells", { region: regions, time: set })
  const [time, region, cells] = [spaceOf(set), spaceOf(regions), spaceOf(product)]
  if (time === undefined || region === undefined || cells === undefined || time.size > 60) return
  const last = indicesOf(time.all).at(-1)
  const [inTime, inRegion] = [(cell: number) => cell % time.size, (cell: number) => Math.floor(cell / time.size)]
  expectRelation(Mapping.all(set, regions), time, region, () => true)
  expectRelation(Mapping.latest(set, regions), time, region, (u) => u === last)
  expectRelation(Mapping.fromDimension(product, "time", set), cells, time, (u, d) => inTime(u) === d)
  expectRelation(Mapping.fromDimension(product, "region", regions), cells, region, (u, d) => inRegion(u) === d)
  expectRelation(Mapping.toDimension(set, product, "time"), time, cells, (u, d) => u === inTime(d))
  expectRelation(Mapping.toDimension(regions, product, "region"), region, cells, (u, d) => u === inRegion(d))
})

it("a table relates the keys that it lists, and names those that are none", () => {
  const countries = Partitions.fixed("countries", ["de", "fr", "us"])
  const regions = Partitions.fixed("regions", ["eu", "am"])
  const [up, down] = [spaceOf(countries), spaceOf(regions)]
  if (up === undefined || down === undefined) throw new Error("the sets are valid")
  expectRelation(
    Mapping.table(countries, regions, { eu: ["de", "fr"], am: ["us"] }),
    up,
    down,
    (u, d) => u < 2 === (d === 0)
  )
  expect(Mapping.table(countries, regions, { eu: ["de", "uk"], xx: ["us"] }).between(up, down)).toStrictEqual(
    Either.left([
      "uk is not a partition of countries. Did you mean us, de or fr?",
      "xx is not a partition of regions. Did you mean am or eu?"
    ])
  )
})

it("two sets without a mapping between them, and sets without windows, are refused", () => {
  const days = Partitions.daily("days", { start: "2024-10-01" })
  const spans = Partitions.product("spans", { from: days, to: Partitions.daily("ends", { start: "2024-10-01" }) })
  const [a, b, c] = [spaceOf(days), spaceOf(regions), spaceOf(spans)]
  if (a === undefined || b === undefined || c === undefined) throw new Error("the sets are valid")
  expect([Mapping.identity(days).between(a, b), Mapping.overlap(days, regions).between(a, b)]).toStrictEqual([
    Either.left(["days and regions are two sets of partitions. Give a mapping between them."]),
    Either.left(["regions has no time windows, so nothing overlaps with them. Use another mapping."])
  ])
  expect(Mapping.overlap(days, spans).between(a, c)).toStrictEqual(
    Either.left(["spans has the time dimensions from and to, so its windows are not known. Map from or to one dimension."])
  )
})
