import { expect, it } from "@effect/vitest"
import * as GrowingRuns from "@sluice/core/partition/internal/GrowingRuns"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as FastCheck from "effect/FastCheck"

/** Sets of indices of one space, from a few ranges to one index in two. */
const space = 700
const indices = FastCheck.oneof(
  FastCheck.uniqueArray(FastCheck.nat(space - 1), { maxLength: 400 }),
  FastCheck.array(FastCheck.tuple(FastCheck.nat(space), FastCheck.nat(60)), { maxLength: 6 }).map((ranges) => [
    ...new Set(ranges.flatMap(([from, length]) => Array.from({ length }, (_, by) => from + by).filter((at) => at < space)))
  ])
)
const setOf = (members: ReadonlyArray<number>) =>
  Runs.fromRanges(
    space,
    members.map((at) => [at, at + 1] as const)
  )
const membersOf = (runs: Runs.Runs) =>
  [...Runs.ranges(runs)].flatMap(([from, to]) => Array.from({ length: to - from }, (_, by) => from + by))
const ascending = (members: Iterable<number>) => [...members].sort((a, b) => a - b)

it.prop("a set has the indices that it was made of", [indices], ([members]) => {
  const runs = setOf(members)
  expect(membersOf(runs)).toStrictEqual(ascending(members))
  expect(Runs.size(runs)).toBe(members.length)
  expect(Array.from({ length: space + 2 }, (_, at) => at - 1).filter((at) => Runs.has(runs, at))).toStrictEqual(
    ascending(members)
  )
})

it.prop("sets combine as sets do, however they are kept", [indices, indices], ([some, others]) => {
  const [a, b] = [new Set(some), new Set(others)]
  expect(membersOf(Runs.union(setOf(some), setOf(others)))).toStrictEqual(ascending(new Set([...some, ...others])))
  expect(membersOf(Runs.intersect(setOf(some), setOf(others)))).toStrictEqual(ascending(some.filter((at) => b.has(at))))
  expect(membersOf(Runs.difference(setOf(some), setOf(others)))).toStrictEqual(ascending(some.filter((at) => !b.has(at))))
  expect(Runs.equals(setOf(some), setOf(others))).toBe(a.size === b.size && some.every((at) => b.has(at)))
})

it.prop(
  "a range of a set has the indices that are in it",
  [indices, FastCheck.nat(space), FastCheck.nat(space)],
  ([some, from, to]) => {
    expect(membersOf(Runs.within(setOf(some), from, to))).toStrictEqual(
      ascending(some.filter((at) => from <= at && at < to))
    )
  }
)

it.prop(
  "a set that grows has all that was added, whenever it is read",
  [FastCheck.array(indices, { maxLength: 5 })],
  ([all]) => {
    const growing = GrowingRuns.make(space)
    const added = new Set<number>()
    for (const some of all) {
      growing.add(setOf(some))
      for (const at of some) added.add(at)
      expect(membersOf(growing.current())).toStrictEqual(ascending(added))
    }
  }
)

it("ranges in any order that overlap, touch or leave the space become ranges apart within it", () => {
  const runs = Runs.fromRanges(100, [
    [50, 60],
    [10, 20],
    [20, 25],
    [55, 70],
    [95, 120],
    [-5, 2],
    [30, 30]
  ])
  expect([...Runs.ranges(runs)]).toStrictEqual([
    [0, 2],
    [10, 25],
    [50, 70],
    [95, 100]
  ])
})

it("a million indices take at most 125 KB, and a space of four thousand million works", () => {
  const every = (step: number) => ({
    *[Symbol.iterator]() {
      for (let at = 0; at < 1_000_000; at += step) yield [at, at + 1] as const
    }
  })
  const sizes = [2, 10, 100, 1000].map((step) => Runs.bytes(Runs.fromRanges(1_000_000, every(step))))
  expect(Math.max(...sizes)).toBeLessThanOrEqual(125_000)
  const [from, to] = [3_000_000_000, 4_000_000_000]
  const large = Runs.difference(Runs.all(Runs.largestSpace), Runs.fromRanges(Runs.largestSpace, [[from, to]]))
  expect([Runs.has(large, from - 1), Runs.has(large, from), Runs.has(large, to), Runs.size(large)]).toStrictEqual([
    true,
    false,
    true,
    Runs.largestSpace - (to - from)
  ])
})
