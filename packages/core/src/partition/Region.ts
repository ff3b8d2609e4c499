import * as Runs from "./internal/Runs.ts"
import type { Space } from "./Space.ts"

/**
 * Partitions that are next to each other in each dimension: a range of indices `[from, to)` of the space, or of the space of each
 * dimension of a product, in the order of the declaration.
 */
export type Region = ReadonlyArray<Side>

export interface Side {
  readonly space: Space
  readonly from: number
  readonly to: number
}

/** Divides partitions into regions. No partition is in two. A range of days of one region, or of all regions, is one region. */
export function* of(space: Space, runs: Runs.Runs): Generator<Region> {
  const slowestFirst = [...space.dimensions].sort((a, b) => b.stride - a.stride)
  for (const [from, to] of Runs.ranges(runs)) {
    if (slowestFirst.length === 0) yield [{ space, from, to }]
    else {
      for (const sides of divided(slowestFirst, from, to)) {
        yield space.dimensions.map((dimension) => sides.get(dimension.name) ?? { space: dimension.space, from: 0, to: 0 })
      }
    }
  }
}

type Sides = ReadonlyMap<string, Side>

/** Divides cells `[from, to)` along the slowest dimension into a partial head, a full middle and a partial tail. */
function* divided(dimensions: Space["dimensions"], from: number, to: number): Generator<Sides> {
  const [first, ...inner] = dimensions
  if (first === undefined) {
    yield new Map()
    return
  }
  const { name, space, stride } = first
  const parts: Array<readonly [start: number, end: number, inFrom: number, inTo: number]> = []
  const head = Math.floor(from / stride)
  const tail = Math.floor((to - 1) / stride)
  if (head === tail) parts.push([head, head + 1, from - head * stride, to - head * stride])
  else {
    const firstFull = from === head * stride ? head : head + 1
    const endFull = to === (tail + 1) * stride ? tail + 1 : tail
    if (firstFull > head) parts.push([head, head + 1, from - head * stride, stride])
    if (firstFull < endFull) parts.push([firstFull, endFull, 0, stride])
    if (endFull <= tail) parts.push([tail, tail + 1, 0, to - tail * stride])
  }
  for (const [start, end, inFrom, inTo] of parts) {
    for (const sides of divided(inner, inFrom, inTo)) yield new Map([[name, { space, from: start, to: end }], ...sides])
  }
}
