import * as Either from "effect/Either"
import { type Box, boxesOf } from "./internal/boxes.ts"
import * as Calendar from "./internal/Calendar.ts"
import { coarseDays } from "./internal/coarseDays.ts"
import * as productSpace from "./internal/productSpace.ts"
import * as Runs from "./internal/Runs.ts"
import * as ZoneTable from "./internal/ZoneTable.ts"
import type { Dimension, Space, Windows } from "./Space.ts"

/**
 * Reads the partitions that a person means, or else says what is wrong with each part. Several are separated by commas:
 *
 * - a key: `2024-08-01`, `eu`, or `2024-08-01|eu`
 * - a range of windows, both ends included: `2024-08-01..2024-08-31`, `2024-08-01..`, or `..2024-08-31`
 * - a longer window, for those that start in it: `2024`, `2024-08`, `2024-W31`, or a day of hours
 * - `*` for all, and `latest` for the last window; each can be a part of a product's key: `latest|*`
 * - windows alone, of a product: `2024-08-01` is `2024-08-01|*`
 */
export const parse = (space: Space, text: string): Either.Either<Runs.Runs, string> => {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
  if (items.length === 0) return Either.left(`No partition of ${space.name} is named. ${exampleOf(space)}`)
  const found = items.map((item) => parseItem(space, item))
  const problems = found.flatMap((item) => (Either.isLeft(item) ? [item.left] : []))
  if (problems.length > 0) return Either.left(problems.join(" "))
  return Either.right(
    found.reduce((sum, item) => (Either.isRight(item) ? Runs.union(sum, item.right) : sum), Runs.empty(space.size))
  )
}

/** Whether a set is cut by time, alone or in a dimension. Only such a set has a latest partition. */
export const hasWindows = ({ dimensions, windows }: Space): boolean =>
  windows !== undefined || dimensions.some(({ space }) => space.windows !== undefined)

/**
 * Writes partitions as `parse` reads them: ranges of windows, over excluded ones, and `*` for all keys of a list. After `limit`
 * ranges the others are counted: `2024-08-01..2024-08-03, 2024-08-07 and 12 more ranges`. Empty text if there is none.
 */
export const print = (space: Space, runs: Runs.Runs, { limit }: { readonly limit?: number | undefined } = {}): string => {
  const boxes = boxesOf(space, runs)
  const written = boxes.slice(0, limit).map((box) => textOf(space, box))
  const more = boxes.length - written.length
  return `${written.join(", ")}${more === 0 ? "" : ` and ${more} more range${more === 1 ? "" : "s"}`}`
}

const textOf = ({ dimensions, ...space }: Space, box: Box): string =>
  box
    .map((range, at) => {
      const of = dimensions[at]?.space ?? space
      if (range === "*") return range
      const [from, to] = range
      return from + 1 === to ? of.keyOf(from) : `${of.keyOf(from)}..${of.keyOf(to - 1)}`
    })
    .join("|")

const parseItem = (space: Space, item: string): Either.Either<Runs.Runs, string> => {
  if (space.dimensions.length === 0) {
    return Either.mapLeft(parsePart(space, item), (problem) => `${item} ${problem}`)
  }
  if (item === "latest" && !hasWindows(space)) {
    return Either.left(`latest is the last window, and ${space.name} has no time windows.`)
  }
  const latest = space.dimensions.map(({ space }) => (space.windows === undefined ? "*" : "latest"))
  const parts = item === "latest" ? latest : item.includes("|") ? item.split("|") : ofTime(space, item)
  if (parts.length !== space.dimensions.length) {
    const shape = space.dimensions.map(({ name }) => name).join("|")
    return Either.left(`${item} has ${parts.length} of ${space.dimensions.length} parts. Write it as ${shape}.`)
  }
  const slabs = space.dimensions.map((dimension, at) => parseSlab(dimension, parts[at] ?? "", space.size))
  const problems = slabs.flatMap((slab) => (Either.isLeft(slab) ? [`In ${item}, ${slab.left}`] : []))
  if (problems.length > 0) return Either.left(problems.join(" "))
  const cells = slabs.reduce((all, slab) => (Either.isRight(slab) ? Runs.intersect(all, slab.right) : all), space.all)
  return Runs.isEmpty(cells) ? Either.left(`${item} has no partition.`) : Either.right(cells)
}

/** The parts of a product's key for windows alone, with all keys of the other dimensions. */
const ofTime = ({ dimensions }: Space, item: string): ReadonlyArray<string> => {
  const time = item === "*" ? -1 : dimensions.findIndex(({ space }) => space.windows !== undefined)
  return time < 0 && item !== "*" ? [item] : dimensions.map((_, at) => (at === time ? item : "*"))
}

const parseSlab = (dimension: Dimension, part: string, size: number): Either.Either<Runs.Runs, string> =>
  Either.mapBoth(parsePart(dimension.space, part), {
    onLeft: (problem) => `${dimension.name} ${part} ${problem}`,
    onRight: (runs) => productSpace.slab(dimension, runs, size)
  })

/** Reads a key, a range, `*` or `latest` of a set without dimensions. A problem is a sentence without its subject, the part. */
const parsePart = (space: Space, part: string): Either.Either<Runs.Runs, string> => {
  const { all, size, windows } = space
  if (Runs.isEmpty(all)) return Either.left("is not there: the set has no partitions yet.")
  if (part === "*") return Either.right(all)
  const key = space.indexOf(part)
  if (Either.isRight(key)) return Either.right(Runs.fromRanges(size, [[key.right, key.right + 1]]))
  if (windows === undefined) {
    return Either.left(part.includes("..") ? "is a range of keys, which have no order. Write them with commas." : key.left)
  }
  if (part === "latest") return Either.right(Runs.fromRanges(size, [[Runs.last(all), Runs.last(all) + 1]]))
  const [first = "", last = first, ...rest] = part.split("..")
  if (rest.length > 0) return Either.left("has more than one .. in it. Write it as FIRST..LAST.")
  return Either.flatMap(rangeOf(space, windows, first, last), ([from, to]) => {
    if (from >= to && first !== last) return Either.left(`ends before it starts. Write ${last}..${first}.`)
    const runs = Runs.intersect(Runs.fromRanges(size, [[from, to]]), all)
    return Runs.isEmpty(runs) ? Either.left(`has no partition.${nearestTo(space, from)}`) : Either.right(runs)
  })
}

/** The indices `[from, to)` from the start of one window to the end of another; open ends are empty text. */
const rangeOf = (
  space: Space,
  windows: Windows,
  first: string,
  last: string
): Either.Either<readonly [from: number, to: number], string> => {
  const subject = (bound: string) => (first === last ? "" : `has a wrong end: ${bound} `)
  const from = first === "" ? Either.right([0, 0] as const) : boundOf(space, windows, first)
  const to = last === "" ? Either.right([0, space.size] as const) : boundOf(space, windows, last)
  if (Either.isLeft(from)) return Either.left(`${subject(first)}${from.left}`)
  if (Either.isLeft(to)) return Either.left(`${subject(last)}${to.left}`)
  return Either.right([from.right[0], to.right[1]])
}

/** The indices of a key, or of the windows that start in a longer window. An excluded window can be a bound. */
const boundOf = (
  space: Space,
  windows: Windows,
  text: string
): Either.Either<readonly [from: number, to: number], string> => {
  const days = coarseDays(windows.granularity, text)
  if (days !== undefined) {
    // A year such as 9999 needs no table of its zone: it is after the last partition in any case.
    const until = Math.min((days[1] + 1) * Calendar.day, windows.windowOf(space.size).end)
    const calendar = Calendar.make(ZoneTable.of(windows.timezone, until))
    const ordinal = (day: number) => (windows.unit === "day" ? day : Math.ceil(calendar.startOf(day) / 1000))
    const [from, to] = [windows.indexFrom(ordinal(days[0])), windows.indexFrom(ordinal(days[1]))]
    if (to <= 0 || from >= space.size) {
      return Either.left(`is ${to <= 0 ? "before the first" : "after the last"} partition.${nearestTo(space, from)}`)
    }
    return Either.right([Math.max(0, from), Math.min(space.size, to)])
  }
  return Either.flatMap(windows.parse(text), (index) =>
    index >= 0 && index < space.size
      ? Either.right([index, index + 1] as const)
      : Either.mapBoth(space.indexOf(text), {
          onLeft: (problem) => (problem.includes(" partition, ") ? problem : `${problem}${nearestTo(space, index)}`),
          onRight: (found) => [found, found + 1] as const
        })
  )
}

const nearestTo = ({ all, keyOf }: Space, index: number): string => {
  let nearest = Runs.first(all)
  for (const [from, to] of Runs.ranges(all)) {
    const closest = Math.min(Math.max(index, from), to - 1)
    if (Math.abs(closest - index) < Math.abs(nearest - index)) nearest = closest
  }
  return ` The nearest partition is ${keyOf(nearest)}.`
}

const exampleOf = ({ all, keyOf }: Space): string =>
  Runs.isEmpty(all) ? "It has no partitions yet." : `Write a key such as ${keyOf(Runs.last(all))}, or * for all.`
