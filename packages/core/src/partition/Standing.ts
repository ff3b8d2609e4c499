import type * as Either from "effect/Either"
import type { PartitionsFailed, PartitionsLate, PartitionsSucceeded } from "../run/RunEvent.ts"
import * as Ordinals from "./internal/Ordinals.ts"
import * as Segments from "./internal/Segments.ts"
import * as standingBytes from "./internal/standingBytes.ts"
import type * as standingModel from "./internal/standingModel.ts"
import * as standingRuns from "./internal/standingRuns.ts"
import * as Signature from "./Signature.ts"
import type { Space } from "./Space.ts"
import type { StandingCorrupt } from "./StandingCorrupt.ts"
import type * as Stored from "./Stored.ts"

/**
 * What is known of an asset's partitions: which were made, when and by what code, and which failed since. It is a fold over the
 * events of all runs, kept by ranges: a thousand partitions made and failed by turns take some kB. Times are milliseconds since
 * the epoch.
 */
export type Standing = standingModel.Standing

/** What is known of a partition. */
export type Group = standingModel.Group

/** A standing in a space. */
export type Current = standingModel.Current

/** An event that changes the standing of partitions. */
export type Event = typeof PartitionsSucceeded.Type | typeof PartitionsFailed.Type | typeof PartitionsLate.Type

/** Nothing is known. */
export const empty = (signature: Signature.Signature): Standing => ({
  signature,
  observed: undefined,
  groups: [],
  cells: new Map()
})

/**
 * The standing after an event of the asset; undefined is the standing of an asset without events. An event of partitions that are
 * cut in another way changes nothing until the standing is forgotten: its process may have started before the change.
 */
export const after = (self: Standing | undefined, event: Event): Standing => {
  if (self === undefined) return apply(empty(event.set), event)
  return Signature.differences(self.signature, event.set).length === 0
    ? apply({ ...self, signature: Signature.withColumnsOf(self.signature, event.set) }, event)
    : self
}

/**
 * The standing after an event of the asset, whose set must be that of the standing. Late rows of a partition that was never made change nothing, and so do
 * partitions of another unit, which were those of a set with another granularity. O(ranges).
 */
export const apply = (self: Standing, event: Event): Standing => {
  const at = Date.parse(event.at)
  switch (event._tag) {
    case "PartitionsSucceeded":
      return paint(
        { ...self, observed: newest(self.observed, event.observed) },
        event.slices.map(({ partitions }) => partitions),
        () => ({ madeAt: at, code: event.code, isLate: false, failedAt: undefined })
      )
    case "PartitionsFailed":
      return paint(self, [event.partitions], (before = never) => ({ ...before, failedAt: at }))
    case "PartitionsLate":
      return paint(self, [event.partitions], (before) =>
        before?.madeAt === undefined || before.isLate ? before : { ...before, isLate: true }
      )
  }
}

/** The version that was observed last. A run that goes on for long may record partitions of an older one. */
const newest = (before: Standing["observed"], { since, version }: Partial<Observed> = {}): Standing["observed"] => {
  if (since === undefined || version === undefined) return before
  const at = Date.parse(since)
  return before !== undefined && before.since > at ? before : { version, since: at }
}

type Observed = NonNullable<(typeof PartitionsSucceeded.Type)["observed"]>

/** The standing without some partitions, which were removed. */
export const forget = (self: Standing, partitions: Stored.Stored): Standing => paint(self, [partitions], () => undefined)

/** The standing in a space. O(ranges), and a search for each look-up of a partition. */
export const at: (space: Space, self: Standing) => Current = standingRuns.at

/** The standing in as few bytes as it takes to read thousands of them at once. */
export const encode: (self: Standing) => Uint8Array = standingBytes.encode

/** Reads what `encode` wrote. Fails if a byte has changed. */
export const decode: (bytes: Uint8Array) => Either.Either<Standing, StandingCorrupt> = standingBytes.decode

const never: Group = { madeAt: undefined, code: undefined, isLate: false, failedAt: undefined }

/** Gives partitions another group, and numbers the groups that are left in the order in which they first occur. */
const paint = (
  { cells, groups, observed, signature }: Standing,
  partitions: ReadonlyArray<Stored.Stored>,
  after: (before: Group | undefined) => Group | undefined
): Standing => {
  const steps = Ordinals.stepsOf(Signature.granularityOf(signature))
  const numbering = numbered(groups)
  const groupAfter = memoized((number) => {
    const before = number === undefined ? undefined : numbering.groups[number]
    const group = after(before)
    return group === before ? number : numbering.numberOf(group)
  })
  const painted = new Map(cells)
  const readable = partitions.filter(({ unit }) => unit === Signature.unitOf(signature))
  for (const [cell, ranges] of byCell(readable, steps)) {
    const segments = Segments.paint(painted.get(cell) ?? Segments.empty, ranges, groupAfter, steps)
    if (segments.groups.length === 0) painted.delete(cell)
    else painted.set(cell, segments)
  }
  return renumbered({ signature, observed, groups: numbering.groups, cells: painted })
}

/** The ranges of several stored partitions, by cell. */
const byCell = (partitions: ReadonlyArray<Stored.Stored>, steps: Ordinals.Steps): ReadonlyMap<string, Ordinals.Ordinals> => {
  const ranges = new Map<string, Array<readonly [number, number]>>()
  for (const { cells, unit } of partitions) {
    for (const [cell, ordinals] of Object.entries(cells)) {
      const known = ranges.get(cell) ?? []
      ranges.set(cell, known)
      for (const range of unit === "none" ? [[0, 0] as const] : Ordinals.pairs(ordinals)) known.push(range)
    }
  }
  return new Map([...ranges].map(([cell, known]) => [cell, Ordinals.merged(known.sort(([a], [b]) => a - b).flat(), steps)]))
}

/** Numbers groups after those that are known. The groups of one event become one if they are the same. */
const numbered = (known: ReadonlyArray<Group>) => {
  const groups = [...known]
  const numbers = new Map<string, number>()
  return {
    groups,
    numberOf: (group: Group | undefined): number | undefined => {
      if (group === undefined) return undefined
      const id = JSON.stringify([group.madeAt, group.code, group.isLate, group.failedAt])
      const number = numbers.get(id) ?? groups.push(group) - 1
      numbers.set(id, number)
      return number
    }
  }
}

const memoized = (of: (number: number | undefined) => number | undefined) => {
  const known = new Map<number | undefined, number | undefined>()
  return (number: number | undefined): number | undefined => {
    if (!known.has(number)) known.set(number, of(number))
    return known.get(number)
  }
}

const renumbered = ({ cells, groups, observed, signature }: Standing): Standing => {
  const numbers = new Int32Array(groups.length).fill(-1)
  const kept: Array<Group> = []
  const renumber = (number: number): number => {
    const known = numbers[number] ?? -1
    const group = groups[number]
    if (known >= 0 || group === undefined) return known
    numbers[number] = kept.push(group) - 1
    return kept.length - 1
  }
  const renamed = new Map(
    [...cells].map(([cell, segments]) => [cell, { bounds: segments.bounds, groups: segments.groups.map(renumber) }] as const)
  )
  return { signature, observed, groups: kept, cells: renamed }
}
