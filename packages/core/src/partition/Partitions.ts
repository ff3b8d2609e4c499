import * as Either from "effect/Either"
import { unsafeCast } from "../internal/unsafeCast.ts"
import { didYouMean } from "../suggest.ts"
import * as productSpace from "./internal/productSpace.ts"
import * as Runs from "./internal/Runs.ts"
import type { Granularity } from "./internal/TimeGrid.ts"
import * as timeSpace from "./internal/timeSpace.ts"
import * as PartitionKey from "./PartitionKey.ts"
import { PartitionsInvalid } from "./PartitionsInvalid.ts"
import type { Space } from "./Space.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Partitions")
export type TypeId = typeof TypeId

/**
 * How an asset is cut: time windows, a fixed list, a list that code adds to, or a product of these. The name brands its keys: a
 * key of another set does not compile. A set is arithmetic, never a list: a million windows cost what ten do.
 */
export interface Partitions<out Name extends string, out Dims = unknown> {
  readonly [TypeId]: TypeId
  readonly name: Name
  /** The dimensions of a product, by name. */
  readonly dimensions: Dims
  /** The partitions at a moment. Fails with every problem of the declaration. */
  readonly at: (moment: Moment) => Either.Either<Space<Name>, PartitionsInvalid>
}

export type Any = Partitions<string>

/** A set whose keys code adds and removes, by `DynamicKeys`. */
export interface Dynamic<out Name extends string> extends Partitions<Name> {
  readonly keptBy: "DynamicKeys"
}

/** The keys of a set. */
export type Key<P> = P extends Partitions<infer Name> ? PartitionKey.PartitionKey<Name> : never

/** What the partitions of a set depend on beside its declaration. */
export interface Moment {
  /** Milliseconds since the epoch. Windows that end later are not there yet. */
  readonly now: number
  /** The keys of a dynamic set that the store has, by the set's name. */
  readonly keysOf?: (name: string) => ReadonlyArray<string>
}

/** What a set of time windows says. */
export interface WindowOptions {
  /** The first partition, or the date that it starts on or after. Not before 1970. */
  readonly start: string
  /** The last partition, or the date that it starts on. Default: the last one that is complete. */
  readonly end?: string
  /** A name of the IANA database. Default `UTC`. */
  readonly timezone?: string
  /** How many partitions beyond the last complete one there are; negative for fewer. Default 0. */
  readonly endOffset?: number
  /** Partitions that do not exist: keys, dates, or ranges of them such as `2024-12-24..2024-12-26`. */
  readonly exclude?: ReadonlyArray<string>
}

/** Hours, with keys such as `2024-10-27T02`. An hour that a clock repeats is `2024-10-27T02a` and `2024-10-27T02b`. */
export const hourly = <const Name extends string>(name: Name, options: WindowOptions) => windows(name, "hour", options)

/**
 * Days, with keys such as `2024-08-01`.
 *
 * ```ts
 * const days = Partitions.daily("days", { start: "2024-08-01", timezone: "Europe/Berlin" })
 * ```
 */
export const daily = <const Name extends string>(name: Name, options: WindowOptions) => windows(name, "day", options)

/** ISO 8601 weeks, from Monday to Sunday, with keys such as `2024-W31`. */
export const weekly = <const Name extends string>(name: Name, options: WindowOptions) => windows(name, "week", options)

/** Months, with keys such as `2024-08`. */
export const monthly = <const Name extends string>(name: Name, options: WindowOptions) => windows(name, "month", options)

/**
 * Windows from one tick of a cron expression to the next, with the local time of their start as key: `2024-08-01T06:30`. The
 * expression has five fields: minute, hour, day of month, month, day of week. It ticks whenever the zone's clock shows one of its
 * times: a time that the clock repeats ticks twice (`…a` and `…b`), and one that it skips never.
 *
 * ```ts
 * const quarters = Partitions.every("quarters", { cron: "0,15,30,45 * * * *", start: "2024-08-01" })
 * ```
 */
export const every = <const Name extends string>(
  name: Name,
  { cron, ...options }: WindowOptions & { readonly cron: string }
) => windows(name, `cron ${cron.trim().replace(/\s+/g, " ")}`, options)

/** The keys given, in this order. They stand in history and messages, so they must not be personal. */
export const fixed = <const Name extends string>(name: Name, keys: ReadonlyArray<string>): Partitions<Name> =>
  make(name, undefined, () => listed(name, keys))

/** Keys that code adds and removes, and that the store keeps. They must not be personal; a mask id is not. */
export const dynamic = <const Name extends string>(name: Name): Dynamic<Name> => ({
  ...make(name, undefined, ({ keysOf }) => listed(name, keysOf?.(name) ?? [])),
  keptBy: "DynamicKeys"
})

/**
 * Every combination of the keys of several sets, with keys such as `2024-08-01|eu`, in the order of the declaration.
 *
 * ```ts
 * const dayRegion = Partitions.product("day_region", { day: days, region: regions })
 * ```
 */
export const product = <const Name extends string, const Dims extends Readonly<Record<string, Any>>>(
  name: Name,
  dimensions: Dims
): Partitions<Name, Dims> =>
  make(name, dimensions, (moment) => {
    const spaces = Object.entries(dimensions).map(([key, set]) => [key, set.at(moment)] as const)
    const problems = spaces.flatMap(([, space]) => (Either.isLeft(space) ? space.left.problems : []))
    if (problems.length > 0) return Either.left(problems)
    return productSpace.make(
      name,
      spaces.flatMap(([key, space]) => (Either.isRight(space) ? [[key, space.right] as const] : []))
    )
  })

const windows = <Name extends string>(
  name: Name,
  granularity: Granularity,
  { end, endOffset = 0, exclude = [], start, timezone = "UTC" }: WindowOptions
): Partitions<Name> =>
  make(name, undefined, ({ now }) => timeSpace.make(name, { granularity, start, end, timezone, endOffset, exclude }, now))

const make = <Name extends string, Dims>(
  name: Name,
  dimensions: Dims,
  at: (moment: Moment) => Either.Either<Space<Name>, ReadonlyArray<string>>
): Partitions<Name, Dims> => ({
  [TypeId]: TypeId,
  name,
  dimensions,
  at: (moment) => Either.mapLeft(at(moment), (problems) => new PartitionsInvalid({ partitions: name, problems }))
})

const listed = <Name extends string>(
  name: Name,
  keys: ReadonlyArray<string>
): Either.Either<Space<Name>, ReadonlyArray<string>> => {
  const indices = new Map(keys.map((key, index) => [key, index]))
  const problems = [
    ...(keys.includes("") ? ["A key is empty. Give it a text."] : []),
    ...[...new Set(keys.filter((key, index) => indices.get(key) !== index))].map((key) => `The key ${key} is listed twice.`)
  ]
  if (problems.length > 0) return Either.left(problems)
  return Either.right({
    name,
    size: keys.length,
    all: Runs.all(keys.length),
    keyOf: (index) => unsafeCast(PartitionKey.escape(keys[index] ?? "")),
    indexOf: (text) => {
      const key = PartitionKey.unescape(text) ?? text
      const index = indices.get(key)
      return index === undefined
        ? Either.left(`is not a partition of ${name}.${didYouMean(key, keys)}`)
        : Either.right(index)
    },
    windows: undefined,
    dimensions: []
  })
}
