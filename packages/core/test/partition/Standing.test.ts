import { expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Signature from "@sluice/core/partition/Signature"
import type { Space } from "@sluice/core/partition/Space"
import * as Standing from "@sluice/core/partition/Standing"
import * as Stored from "@sluice/core/partition/Stored"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { anySet, isValid, keysOf, someOf, spaceOf, windows } from "./sets.ts"

const start = Date.parse("2024-08-01T00:00:00Z")
/** `apply` does not read it: its caller has compared it with the standing's. */
const set = { partitions: "any", dimensions: [] }
const about = (at: number) => ({ runId: "r", asset: "a", set, at: new Date(start + at).toISOString() })
const error = { tag: "Broken", message: "It broke.", retryable: false }

const made = (at: number, code: string, slices: ReadonlyArray<Stored.Stored>) => ({
  _tag: "PartitionsSucceeded" as const,
  ...about(at),
  code,
  slices: slices.map((partitions) => ({ partitions, durationMillis: 1, metadata: {} }))
})
const failed = (at: number, partitions: Stored.Stored) => ({
  _tag: "PartitionsFailed" as const,
  ...about(at),
  partitions,
  error
})
const late = (at: number, partitions: Stored.Stored) => ({
  _tag: "PartitionsLate" as const,
  ...about(at),
  partitions,
  rows: 7
})

/** What happens to some partitions. */
const change = (space: Space) =>
  FastCheck.record({
    what: FastCheck.constantFrom("made", "made in slices", "failed", "late", "forgotten"),
    runs: someOf(space),
    code: FastCheck.constantFrom("c1", "c2"),
    at: FastCheck.nat(5).map((hours) => hours * 3_600_000)
  })
const history = anySet.chain((set) => {
  const space = spaceOf(set)
  return FastCheck.record({ space: FastCheck.constant(space), changes: FastCheck.array(change(space), { maxLength: 12 }) })
})
interface Change {
  readonly what: string
  readonly runs: Runs.Runs
  readonly code: string
  readonly at: number
}

/** Slices of an event: some partitions one by one, and then all of them. */
const slicesOf = (space: Space, runs: Runs.Runs) => [
  ...indicesOf(runs)
    .slice(0, 5)
    .map((index) => Stored.of(space, Runs.fromRanges(space.size, [[index, index + 1]])))
    .reverse(),
  Stored.of(space, runs)
]

const after = (space: Space, changes: ReadonlyArray<Change>): Standing.Standing =>
  changes.reduce(
    (standing, { at, code, runs, what }) => {
      const stored = Stored.of(space, runs)
      switch (what) {
        case "made":
          return Standing.apply(standing, made(at, code, [stored]))
        case "made in slices":
          return Standing.apply(standing, made(at, code, slicesOf(space, runs)))
        case "failed":
          return Standing.apply(standing, failed(at, stored))
        case "late":
          return Standing.apply(standing, late(at, stored))
        default:
          return Standing.forget(standing, stored)
      }
    },
    Standing.empty(Signature.of(space))
  )

interface Known {
  readonly madeAt?: number
  readonly code?: string
  readonly isLate?: boolean
  readonly isFailed?: boolean
}

/** The same by a map of single partitions. */
const naively = (changes: ReadonlyArray<Change>): ReadonlyMap<number, Known> => {
  const known = new Map<number, Known>()
  for (const { at, code, runs, what } of changes) {
    for (const index of indicesOf(runs)) {
      const before = known.get(index) ?? {}
      if (what === "failed") known.set(index, { ...before, isFailed: true })
      else if (what === "forgotten") known.delete(index)
      else if (what !== "late") known.set(index, { madeAt: start + at, code })
      else if (before.madeAt !== undefined) known.set(index, { ...before, isLate: true })
    }
  }
  return known
}

const indicesOf = (runs: Runs.Runs) =>
  [...Runs.ranges(runs)].flatMap(([from, to]) => Array.from({ length: to - from }, (_, by) => from + by))

it.prop(
  "a standing is that of a map of single partitions, and the same when it is read again",
  [history],
  ([{ changes, space }]) => {
    const standing = after(space, changes)
    expect(Either.getOrThrow(Standing.decode(Standing.encode(standing)))).toStrictEqual(standing)

    const known = naively(changes)
    const where = (holds: (known: Known) => boolean | undefined) =>
      [...known].flatMap(([index, what]) => (holds(what) === true ? [index] : [])).sort((a, b) => a - b)
    const current = Standing.at(space, standing)
    expect([current.made, current.failed, current.late].map(indicesOf)).toStrictEqual([
      where(({ madeAt }) => madeAt !== undefined),
      where(({ isFailed }) => isFailed),
      where(({ isLate }) => isLate)
    ])
    expect(Stored.isEmpty(current.orphaned)).toBe(true)

    const looked = indicesOf(space.all).slice(0, 300)
    expect(looked.map((index) => [current.madeAt(index), current.codeOf(index)])).toStrictEqual(
      looked.map((index) => [known.get(index)?.madeAt, known.get(index)?.code])
    )
    const groups = [...current.groups]
    expect(new Set(groups.map(({ at, code }) => `${at} ${code}`)).size).toBe(groups.length)
    for (const { at, code, runs } of groups) {
      expect(indicesOf(runs)).toStrictEqual(where((what) => what.madeAt === at && what.code === code))
    }
  },
  { fastCheck: { numRuns: 60 } }
)

it.prop(
  "a set that starts later or ends earlier finds what is left, and the rest orphaned",
  [windows, FastCheck.integer({ min: 0, max: 20 }), FastCheck.integer({ min: -20, max: 0 })],
  ([make, from, to]) => {
    FastCheck.pre(isValid(make()) && isValid(make({ from, to })))
    const [before, fewer] = [spaceOf(make()), spaceOf(make({ from, to }))]
    const standing = Standing.apply(Standing.empty(Signature.of(before)), made(0, "c", [Stored.of(before, before.all)]))
    const { made: left, orphaned } = Standing.at(fewer, standing)
    expect(orphaned).toStrictEqual(Stored.toRuns(fewer, Stored.of(before, before.all)).orphaned)
    expect(keysOf(fewer, left)).toStrictEqual(keysOf(fewer, fewer.all).filter((key) => Either.isRight(before.indexOf(key))))
    expect(Standing.at(fewer, Standing.forget(standing, orphaned)).orphaned).toStrictEqual(Stored.empty(orphaned.unit))
  },
  { fastCheck: { numRuns: 60 } }
)

const days = (options: { readonly timezone?: string } = {}) =>
  spaceOf(Partitions.daily("days", { start: "2024-08-01", end: "2024-08-31", ...options }))

it("a set with another granularity or zone finds all partitions orphaned, and says why", () => {
  const utc = days()
  const stored = Stored.of(utc, utc.all)
  const standing = Standing.apply(Standing.empty(Signature.of(utc)), made(0, "c", [stored]))
  const weeks = spaceOf(Partitions.weekly("days", { start: "2024-08-01", end: "2024-08-31" }))
  for (const space of [weeks, days({ timezone: "Europe/Berlin" })]) {
    const current = Standing.at(space, standing)
    expect([Runs.size(current.made), current.orphaned, current.madeAt(0)]).toStrictEqual([0, stored, undefined])
  }
  expect(Signature.differences(standing.signature, Signature.of(weeks))).toStrictEqual([
    "days was cut by day of UTC, and is now cut by week of UTC."
  ])
  const [cells, regions] = [["eu"], ["us", "eu"]].map((keys) => spaceOf(Partitions.fixed("regions", keys)))
  if (cells === undefined || regions === undefined) throw new Error("both are given")
  expect(Signature.differences(Signature.of(cells), Signature.of(regions))).toStrictEqual([])
})

it("partitions of another unit change nothing", () => {
  const standing = Standing.empty(Signature.of(days()))
  expect(Standing.apply(standing, made(0, "c", [{ unit: "none", cells: { eu: [] } }]))).toStrictEqual(standing)
})

it.prop(
  "changed, cut or strange bytes are refused",
  [FastCheck.nat(), FastCheck.integer({ min: 1, max: 255 })],
  ([at, by]) => {
    const space = days()
    const standing = Standing.apply(Standing.empty(Signature.of(space)), made(0, "c", [Stored.of(space, space.all)]))
    const bytes = Standing.encode(standing)
    const changed = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ by : byte))
    for (const corrupt of [changed, bytes.subarray(0, at % bytes.length), new Uint8Array(0)]) {
      expect(Either.flip(Standing.decode(corrupt)).pipe(Either.map(({ message }) => message))).toStrictEqual(
        Either.right(
          "The stored standing of the partitions cannot be read: its bytes have changed. Rebuild it from the events."
        )
      )
    }
  }
)

it("a standing of an earlier version is read, and learns from an event by which column the table is cut", () => {
  const bytes = Buffer.from(
    "0104646179730100036461790355544301026331010180908daeb56400020001000601e09b010101c1df9b15",
    "hex"
  )
  const earlier = Either.getOrThrow(Standing.decode(bytes))
  const space = spaceOf(Partitions.daily("days", { start: "2024-08-01", end: "2024-08-03" }))
  expect([earlier.signature, earlier.observed, Runs.size(Standing.at(space, earlier).made)]).toStrictEqual([
    Signature.of(space),
    undefined,
    3
  ])
  const event = (column: string, at: number) => ({
    ...made(at, "c1", [Stored.of(space, space.all)]),
    set: Signature.of(space, column)
  })
  const now = Standing.after(earlier, event("ordered_on", 1))
  expect(now.signature).toStrictEqual(Signature.of(space, "ordered_on"))
  expect(Either.map(Standing.decode(Standing.encode(now)), ({ signature }) => signature)).toStrictEqual(
    Either.right(now.signature)
  )
  expect(Standing.after(now, event("paid_on", 2))).toBe(now)
})

it("what was observed last is kept, whatever a run that began before records later", () => {
  const space = days()
  const event = (at: number, version: string, since: number) => ({
    ...made(at, "c1", [Stored.of(space, space.all)]),
    observed: { version, since: new Date(since).toISOString() }
  })
  const first = Standing.after(undefined, event(2, "a", 1))
  const second = Standing.after(first, event(4, "b", 3))
  const late = Standing.after(second, event(5, "a", 1))
  expect([first, second, late].map(({ observed }) => observed)).toStrictEqual([
    { version: "a", since: 1 },
    { version: "b", since: 3 },
    { version: "b", since: 3 }
  ])
  expect(Either.map(Standing.decode(Standing.encode(late)), ({ observed }) => observed)).toStrictEqual(
    Either.right({ version: "b", since: 3 })
  )
})

it("a thousand partitions that were made and failed by turns take a few kB", () => {
  const hours = spaceOf(Partitions.hourly("hours", { start: "2024-08-01", end: "2024-10-01" }))
  const single = (index: number) => Stored.of(hours, Runs.fromRanges(hours.size, [[index, index + 1]]))
  let standing = Standing.empty(Signature.of(hours))
  const together = Array.from({ length: 500 }, (_, by) => single(by * 2))
  const between = Runs.difference(
    Runs.fromRanges(hours.size, [[0, 1000]]),
    Stored.toRuns(
      hours,
      together.reduce((a, b) => Stored.union(a, b))
    ).runs
  )
  standing = Standing.apply(Standing.apply(standing, made(0, "c1", together)), failed(1, Stored.of(hours, between)))
  expect(Standing.encode(standing).length).toBeLessThan(1300)
  for (let at = 0; at < 1000; at++) standing = Standing.apply(standing, made(at * 61_001, `c${at % 3}`, [single(at)]))
  expect(Standing.encode(standing).length).toBeLessThan(8000)
})

it("the first event of an asset gives its standing the set, and one of partitions cut in another way is left out", () => {
  const options = { start: "2024-08-01", end: "2024-08-03" }
  const [days, hours] = [Partitions.daily("days", options), Partitions.hourly("days", options)].map(spaceOf)
  const event = (space: Space | undefined, at: number) => {
    if (space === undefined) throw new Error("There are two sets.")
    return { ...made(at, "c1", [Stored.of(space, space.all)]), set: Signature.of(space) }
  }
  const first = Standing.after(undefined, event(days, 0))
  expect(first).toStrictEqual(Standing.apply(Standing.empty(event(days, 0).set), event(days, 0)))
  expect(Standing.after(first, event(hours, 1))).toBe(first)
  const renamed = { ...event(days, 1), set: { ...event(days, 1).set, partitions: "other" } }
  expect(Standing.after(first, renamed)).toStrictEqual(Standing.apply(first, renamed))
})
