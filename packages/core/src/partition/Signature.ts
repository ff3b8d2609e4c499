import * as Schema from "effect/Schema"
import type { Granularity } from "./internal/TimeGrid.ts"
import type { Space } from "./Space.ts"
import { type Stored, unitOf as unitOfWindows } from "./Stored.ts"

/**
 * What the stored partitions of a set mean. As long as it stays the same, a declaration can change its start, its end and its
 * keys. With another granularity or zone, what is stored are the partitions of another set.
 */
export const Signature = Schema.Struct({
  /** The name of the set. */
  partitions: Schema.String,
  /** The dimensions of a product, in order. Any other set has one, without a name. */
  dimensions: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      /** The granularity of time windows, or `keys`. */
      cut: Schema.String,
      /** The zone of time windows; empty text for keys. */
      timezone: Schema.String
    })
  )
})
export type Signature = typeof Signature.Type

/** The signature of a set's space. */
export const of = (space: Space): Signature => ({
  partitions: space.name,
  dimensions: space.dimensions.length === 0 ? [partOf("", space)] : space.dimensions.map((d) => partOf(d.name, d.space))
})

/** How two signatures differ, in sentences; empty if what is stored by one can be read by the other. A name may change. */
export const differences = (was: Signature, is: Signature): ReadonlyArray<string> => {
  const [before, after] = [was.dimensions.map(words), is.dimensions.map(words)]
  return before.length === after.length && before.every((text, at) => text === after[at])
    ? []
    : [`${is.partitions} was cut ${before.join(" and ")}, and is now cut ${after.join(" and ")}.`]
}

/** The granularity by which partitions are stored: that of the first time dimension; undefined if there is none. */
export const granularityOf = ({ dimensions }: Signature): Granularity | undefined =>
  dimensions.map(({ cut }) => cut).find(isGranularity)

const isGranularity = (cut: string): cut is Granularity =>
  cut.startsWith("cron ") || granularities.some((granularity) => granularity === cut)

/** The unit in which partitions are stored. */
export const unitOf = (signature: Signature): Stored["unit"] => {
  const granularity = granularityOf(signature)
  return granularity === undefined ? "none" : unitOfWindows(granularity)
}

const granularities = ["hour", "day", "week", "month"] as const

type Part = Signature["dimensions"][number]

const partOf = (name: string, { dimensions, windows }: Space): Part => {
  if (windows !== undefined) return { name, cut: windows.granularity, timezone: windows.timezone }
  const inner = dimensions.map((dimension) => words(partOf(dimension.name, dimension.space)))
  return { name, cut: inner.length === 0 ? "keys" : `cells (${inner.join(" and ")})`, timezone: "" }
}

const words = ({ cut, timezone }: Part): string => (timezone === "" ? `by ${cut}` : `by ${cut} of ${timezone}`)
