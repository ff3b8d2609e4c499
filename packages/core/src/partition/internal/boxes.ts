import { along, type Dimension, type Space } from "../Space.ts"
import * as Runs from "./Runs.ts"

/** Cells of a product: of each dimension a range `[from, to)` of indices, or all. A set without dimensions has one range. */
export type Box = ReadonlyArray<Range>
export type Range = "*" | readonly [from: number, to: number]

/** Boxes that hold the partitions, and no others but excluded ones. Cells of lines that are the same become one box. */
export const boxesOf = (space: Space, runs: Runs.Runs): ReadonlyArray<Box> => {
  // The dimension with a stride of 1 comes last. `runs` already has its ranges.
  const lines = space.dimensions.find(({ stride }) => stride === 1)
  if (lines === undefined) return rangesOf(space, runs).map((range) => [range])
  const others = space.dimensions.filter((dimension) => dimension !== lines)
  const cells = [...byLine(runs, lines.space.size)].map(
    ([line, ranges]): Line => ({
      at: line * lines.space.size,
      boxes: rangesOf(lines.space, Runs.fromRanges(lines.space.size, ranges)).map((range) => [range])
    })
  )
  const order = [...others, lines]
  const back = space.dimensions.map((dimension) => order.indexOf(dimension))
  return joined(others, cells).map((box) => back.map((at) => box[at] ?? "*"))
}

/** The cells of one index in the product, with boxes of the dimensions that are joined already. */
interface Line {
  readonly at: number
  readonly boxes: ReadonlyArray<Box>
}

/** The boxes of lines along some dimensions: those of the last one are joined first. */
const joined = ([dimension, ...rest]: ReadonlyArray<Dimension>, lines: ReadonlyArray<Line>): ReadonlyArray<Box> => {
  if (dimension === undefined) return lines.flatMap(({ boxes }) => boxes)
  const byIndex = new Map<number, Array<Line>>()
  for (const line of lines) {
    const index = along(dimension, line.at)
    const same = byIndex.get(index)
    if (same === undefined) byIndex.set(index, [line])
    else same.push(line)
  }
  // Indices with the same boxes beside them, by those boxes.
  const alike = new Map<string, { readonly boxes: ReadonlyArray<Box>; readonly indices: Array<number> }>()
  for (const [index, same] of byIndex) {
    const boxes = joined(rest, same)
    const id = JSON.stringify(boxes)
    const known = alike.get(id) ?? { boxes, indices: [] }
    alike.set(id, known)
    known.indices.push(index)
  }
  const { space } = dimension
  return [...alike.values()].flatMap(({ boxes, indices }) =>
    rangesOf(
      space,
      Runs.fromRanges(
        space.size,
        indices.map((index) => [index, index + 1] as const)
      )
    ).flatMap((range) => boxes.map((box) => [range, ...box]))
  )
}

/** The ranges of each line of a product, ascending. */
const byLine = (runs: Runs.Runs, length: number): ReadonlyMap<number, ReadonlyArray<readonly [number, number]>> => {
  const lines = new Map<number, Array<readonly [number, number]>>()
  for (const [from, to] of Runs.ranges(runs)) {
    for (let at = from; at < to; ) {
      const line = Math.floor(at / length)
      const start = line * length
      const end = Math.min(to, start + length)
      const ranges = lines.get(line)
      if (ranges === undefined) lines.set(line, [[at - start, end - start]])
      else ranges.push([at - start, end - start])
      at = end
    }
  }
  return lines
}

/** Windows as ranges that reach over excluded ones; keys one by one, or `*` for all of several. */
const rangesOf = ({ all, size, windows }: Space, runs: Runs.Runs): ReadonlyArray<Range> => {
  const single = [...Runs.ranges(runs)]
  if (windows === undefined) {
    if (size > 1 && Runs.equals(runs, all)) return ["*"]
    return single.flatMap(([from, to]) => Array.from({ length: to - from }, (_, by) => [from + by, from + by + 1] as const))
  }
  const others = Runs.ranges(Runs.difference(all, runs))
  let other = others.next()
  const ranges: Array<readonly [number, number]> = []
  for (const [from, to] of single) {
    const before = ranges.at(-1)
    while (other.done !== true && other.value[0] < (before?.[1] ?? 0)) other = others.next()
    const isNext = before !== undefined && (other.done === true || other.value[0] >= from)
    if (isNext) ranges[ranges.length - 1] = [before[0], to]
    else ranges.push([from, to])
  }
  return ranges
}
