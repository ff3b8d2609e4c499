import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
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
export interface Partitions<out Name extends string, out Dims = unknown, out Text extends string = string> {
  readonly [TypeId]: TypeId
  readonly name: Name
  /** The dimensions of a product, by name. */
  readonly dimensions: Dims
  /** Whether the keys are listed: names, which are escaped where they are written. */
  readonly isListed: boolean
  /** The partitions at a moment. Fails with every problem of the declaration. */
  readonly at: (moment: Moment) => Either.Either<Space<Name>, PartitionsInvalid>
  /** Never set: how a key is written, as far as the compiler can tell. */
  readonly "~text"?: Text
}

export type Any = Partitions<string>

/** A set whose keys code adds and removes, by `DynamicKeys`. */
export interface Dynamic<out Name extends string> extends Partitions<Name> {
  readonly keptBy: "DynamicKeys"
}

/** The dimensions of a product, in order; none of any other set. */
export const dimensionsOf = ({ dimensions }: Any): ReadonlyArray<readonly [name: string, set: Any]> =>
  Object.entries<unknown>({ ...(dimensions ?? {}) }).flatMap(([name, set]) => (isSet(set) ? [[name, set] as const] : []))

/** A set and the sets of its dimensions. */
export const withDimensions = (set: Any): ReadonlyArray<Any> => [
  set,
  ...dimensionsOf(set).flatMap(([, dimension]) => withDimensions(dimension))
]

/** The names of a set and of its dimensions' sets. */
export const setNames = (set: Any): ReadonlyArray<string> => withDimensions(set).map(({ name }) => name)

/** Whether code adds and removes the keys of a set. */
export const isDynamic = (set: Any): set is Dynamic<string> => "keptBy" in set

const isSet = (value: unknown): value is Any => Predicate.hasProperty(value, TypeId)

/** The keys of a set. */
export type Key<P> = P extends Partitions<infer Name> ? PartitionKey.PartitionKey<Name> : never

/** How the keys of a set are written: `"eu" | "us"`, or the form of a date. Never for a product, whose key has several parts. */
export type KeyText<P> = P extends Partitions<string, unknown, infer Text> ? Text : never

/**
 * The key of a set, from its text in code: a typo in a key of a fixed set, or in the form of a date, does not compile. Whether the
 * partition is there is only known at a moment, so whatever is given the key checks it.
 *
 * ```ts
 * const regions = Partitions.fixed("regions", ["eu", "us"])
 * const europe = Partitions.key(regions, "eu")
 * ```
 */
export const key = <P extends Any>(set: P, text: KeyText<P>): Key<P> =>
  unsafeCast(set.isListed ? PartitionKey.escape(text) : text)

/** Reads a key of a set as it is written, or else says what is wrong: `2024-13-01 is not a day. Write it as 2024-08-01.` */
export const parseKey = <Name extends string>(
  set: Partitions<Name>,
  text: string,
  moment: Moment
): Either.Either<PartitionKey.PartitionKey<Name>, string> =>
  Either.flatMap(
    Either.mapLeft(set.at(moment), ({ message }) => message),
    (space) => Either.mapBoth(space.indexOf(text), { onLeft: (problem) => `${text} ${problem}`, onRight: space.keyOf })
  )

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
export const hourly = <const Name extends string>(name: Name, options: WindowOptions) =>
  windows<Name, `${DateText}T${number}${Repeated}`>(name, "hour", options)

/**
 * Days, with keys such as `2024-08-01`.
 *
 * ```ts
 * const days = Partitions.daily("days", { start: "2024-08-01", timezone: "Europe/Berlin" })
 * ```
 */
export const daily = <const Name extends string>(name: Name, options: WindowOptions) =>
  windows<Name, DateText>(name, "day", options)

/** ISO 8601 weeks, from Monday to Sunday, with keys such as `2024-W31`. */
export const weekly = <const Name extends string>(name: Name, options: WindowOptions) =>
  windows<Name, `${number}-W${number}`>(name, "week", options)

/** Months, with keys such as `2024-08`. */
export const monthly = <const Name extends string>(name: Name, options: WindowOptions) =>
  windows<Name, `${number}-${number}`>(name, "month", options)

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
) => windows<Name, `${DateText}T${number}:${number}${Repeated}`>(name, `cron ${cron.trim().replace(/\s+/g, " ")}`, options)

/**
 * The keys given, in this order: texts or whole numbers. They stand in history and messages, so they are never personal; a mask id
 * can be one. A key has at most 200 bytes, no control characters, and no white space at its ends.
 */
export const fixed = <const Name extends string, const K extends string | number>(
  name: Name,
  keys: ReadonlyArray<K>
): Partitions<Name, unknown, `${K}`> =>
  make(
    name,
    undefined,
    () => {
      const problems = [
        ...(keys.length === 0 ? ["The set has no keys. List one, or use Partitions.dynamic if code adds them."] : []),
        ...PartitionKey.problemsOf(keys)
      ]
      return problems.length > 0 ? Either.left(problems) : listed(name, keys.map(String))
    },
    true
  )

/** Keys that code adds and removes, and that the store keeps. They must not be personal; a mask id is not. */
export const dynamic = <const Name extends string>(name: Name): Dynamic<Name> => ({
  ...make(name, undefined, ({ keysOf }) => listed(name, keysOf?.(name) ?? []), true),
  keptBy: "DynamicKeys"
})

/**
 * Every combination of the keys of several sets, with keys such as `2024-08-01|eu`, in the order of the declaration.
 *
 * ```ts
 * const dayRegion = Partitions.product("day_region", {
 *   day: Partitions.daily("days", { start: "2024-08-01" }),
 *   region: Partitions.fixed("regions", ["eu", "us"])
 * })
 * ```
 */
export const product = <const Name extends string, const Dims extends Readonly<Record<string, Any>>>(
  name: Name,
  dimensions: Dims
): Partitions<Name, Dims, never> =>
  make(name, dimensions, (moment) => {
    const spaces = Object.entries(dimensions).map(([key, set]) => [key, set.at(moment)] as const)
    const problems = [
      ...Object.keys(dimensions).flatMap((dimension) => problemsOfName(`dimension "${dimension}"`, dimension)),
      ...spaces.flatMap(([key, space]) =>
        Either.isLeft(space) ? space.left.problems.map((problem) => `${key}: ${problem}`) : []
      )
    ]
    if (problems.length > 0) return Either.left(problems)
    return productSpace.make(
      name,
      spaces.flatMap(([key, space]) => (Either.isRight(space) ? [[key, space.right] as const] : []))
    )
  })

type DateText = `${number}-${number}-${number}`
type Repeated = "" | "a" | "b" | "c"

const windows = <Name extends string, Text extends string>(
  name: Name,
  granularity: Granularity,
  { end, endOffset = 0, exclude = [], start, timezone = "UTC" }: WindowOptions
): Partitions<Name, unknown, Text> =>
  make(name, undefined, ({ now }) => timeSpace.make(name, { granularity, start, end, timezone, endOffset, exclude }, now))

const make = <Name extends string, Dims, Text extends string>(
  name: Name,
  dimensions: Dims,
  at: (moment: Moment) => Either.Either<Space<Name>, ReadonlyArray<string>>,
  isListed = false
): Partitions<Name, Dims, Text> => ({
  [TypeId]: TypeId,
  name,
  dimensions,
  isListed,
  at: (moment) => {
    const misnamed = problemsOfName("set", name)
    const space = misnamed.length > 0 ? Either.left(misnamed) : at(moment)
    return Either.mapLeft(space, (problems) => new PartitionsInvalid({ partitions: name, problems }))
  }
})

/** A name is one word of a selection, as in `partition:days`. It is stored with the keys of a dynamic set. */
const problemsOfName = (what: string, name: string): ReadonlyArray<string> =>
  /^[\w./-]{1,255}$/.test(name)
    ? []
    : [
        `The ${what} has a name that cannot be written in commands. Use letters from A to Z, digits, _, -, . and /, at most 255.`
      ]

const listed = <Name extends string>(
  name: Name,
  keys: ReadonlyArray<string>
): Either.Either<Space<Name>, ReadonlyArray<string>> => {
  const indices = new Map(keys.map((key, index) => [key, index]))
  const twice = [...new Set(keys.filter((key, index) => indices.get(key) !== index))]
  if (twice.length > 0) return Either.left(twice.map((key) => `The key ${PartitionKey.escape(key)} is listed twice.`))
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
