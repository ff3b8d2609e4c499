import * as Either from "effect/Either"
import { unsafeCast } from "../../internal/unsafeCast.ts"
import { along, type Dimension, type Space } from "../Space.ts"
import * as Runs from "./Runs.ts"

/**
 * The cells of a product of spaces. The windows of time dimensions lie next to each other, so a range of days of one region is one
 * range of indices.
 */
export const make = <Name extends string>(
  name: Name,
  spaces: ReadonlyArray<readonly [name: string, space: Space]>
): Either.Either<Space<Name>, ReadonlyArray<string>> => {
  if (spaces.length < 2) return Either.left(["A product has two dimensions or more."])
  const size = spaces.reduce((product, [, space]) => product * space.size, 1)
  if (size > Runs.largestSpace) return Either.left([`The product has ${size} cells, and can have ${Runs.largestSpace}.`])
  const dimensions = withStrides(spaces)

  const indexOf = (key: string): Either.Either<number, string> => {
    const parts = key.split("|")
    if (parts.length !== dimensions.length) {
      return Either.left(`has ${parts.length} of ${dimensions.length} parts. Write it as ${shape(dimensions)}.`)
    }
    return dimensions.reduce<Either.Either<number, string>>(
      (sum, { name, space, stride }, at) =>
        Either.flatMap(sum, (before) =>
          Either.mapBoth(space.indexOf(parts[at] ?? ""), {
            onLeft: (problem) => `is not a partition: its ${name} ${problem}`,
            onRight: (index) => before + index * stride
          })
        ),
      Either.right(0)
    )
  }

  return Either.right({
    name,
    size,
    all: cells(dimensions, size),
    keyOf: (index) => unsafeCast(dimensions.map((dimension) => dimension.space.keyOf(along(dimension, index))).join("|")),
    indexOf,
    windows: undefined,
    dimensions
  })
}

/** Dimensions in the order of the declaration. The strides of time dimensions are the smallest. */
const withStrides = (spaces: ReadonlyArray<readonly [name: string, space: Space]>): ReadonlyArray<Dimension> => {
  const fastestFirst = [...spaces].sort(([, a], [, b]) => Number(b.windows !== undefined) - Number(a.windows !== undefined))
  const strides = new Map<string, number>()
  let stride = 1
  for (const [name, space] of fastestFirst) {
    strides.set(name, stride)
    stride *= space.size
  }
  return spaces.map(([name, space]) => ({ name, space, stride: strides.get(name) ?? 1 }))
}

/** The cells whose every dimension is a partition. */
const cells = (dimensions: ReadonlyArray<Dimension>, size: number): Runs.Runs =>
  dimensions.reduce((cells, dimension) => Runs.intersect(cells, slab(dimension, dimension.space.all, size)), Runs.all(size))

/** The cells of a product of `size` cells whose index along a dimension is in a set. */
export const slab = ({ space, stride }: Dimension, indices: Runs.Runs, size: number): Runs.Runs => {
  const period = space.size * stride
  const repeated = function* () {
    for (let at = 0; at < size; at += period) {
      for (const [from, to] of Runs.ranges(indices)) yield [at + from * stride, at + to * stride] as const
    }
  }
  return Runs.fromRanges(size, repeated())
}

/** The indices along a dimension that cells have. */
export const projected = (dimension: Dimension, cells: Runs.Runs): Runs.Runs => {
  const { space, stride } = dimension
  const indices = function* () {
    for (const [from, to] of Runs.ranges(cells)) {
      if (to - from >= space.size * stride) yield [0, space.size] as const
      else {
        const [first, last] = [along(dimension, from), along(dimension, to - 1)]
        if (first <= last && to - from <= (last - first + 1) * stride) yield [first, last + 1] as const
        else yield* [[first, space.size] as const, [0, last + 1] as const]
      }
    }
  }
  return Runs.intersect(Runs.fromRanges(space.size, indices()), space.all)
}

const shape = (dimensions: ReadonlyArray<Dimension>): string => dimensions.map(({ name }) => name).join("|")
