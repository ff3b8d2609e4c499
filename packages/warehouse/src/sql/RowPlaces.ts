import * as PartitionKey from "@sluice/core/partition/PartitionKey"
import type * as Placement from "@sluice/core/partition/Placement"
import * as Region from "@sluice/core/partition/Region"
import type { Slice } from "@sluice/core/partition/Slice"
import type * as Stored from "@sluice/core/partition/Stored"
import * as Either from "effect/Either"

/** A condition on rows, with the values of its placeholders. */
export interface Condition {
  readonly sql: string
  readonly parameters: ReadonlyArray<string | number>
}

/** Conditions that select the rows of some partitions. No row satisfies two. There are few: one for a range of windows. */
export const conditions = (
  { columns }: Placement.Placement,
  { runs, space }: Pick<Slice, "runs" | "space">,
  quote: (name: string) => string
): ReadonlyArray<Condition> => {
  const found: Array<Condition> = []
  for (const region of Region.of(space, runs)) {
    // One side without windows may have many keys.
    const parts = columns.map((column, at) => sidesOf(column, region[at], quote))
    found.push(...parts.reduce<ReadonlyArray<Condition>>(crossed, [{ sql: "", parameters: [] }]))
  }
  return found
}

/** Partitions as they are stored: conditions that select their rows, and the keys of their marks. */
export interface StoredPlaces {
  readonly conditions: ReadonlyArray<Condition>
  readonly keys: ReadonlyArray<string>
}

/** The places of stored partitions, which the space need not have any more. */
export const ofStored = (
  { columns }: Placement.Placement,
  stored: Stored.Stored,
  quote: (name: string) => string
): StoredPlaces => {
  const time = columns.findIndex(({ space }) => space.windows !== undefined)
  const found: { conditions: Array<Condition>; keys: Array<string> } = { conditions: [], keys: [] }
  for (const [cell, bounds] of Object.entries(stored.cells)) {
    const texts = cell.split("|")
    if (time >= 0) texts.splice(time, columns.length === 1 ? 1 : 0, "")
    const fixed = columns.map((column, at) => (at === time ? [always] : [keyed(column, texts[at] ?? "", quote)]))
    const { windows = undefined, keyOf = String } = columns[time]?.space ?? {}
    const ranges: Array<readonly [number, number]> = []
    if (windows === undefined) ranges.push([0, 1])
    for (let at = 0; windows !== undefined && at < bounds.length; at += 2) {
      ranges.push([windows.indexFrom(bounds[at] ?? 0), windows.indexFrom(bounds[at + 1] ?? 0) + 1])
    }
    for (const [from, to] of ranges) {
      const column = columns[time]
      const parts = fixed.map((sides, at) =>
        at === time && column !== undefined ? sidesOf(column, { space: column.space, from, to }, quote) : sides
      )
      found.conditions.push(...parts.reduce<ReadonlyArray<Condition>>(crossed, [always]))
      for (let index = from; index < to; index++) {
        found.keys.push(texts.map((text, at) => (at === time ? keyOf(index) : text)).join("|"))
      }
    }
  }
  return found
}

const always: Condition = { sql: "", parameters: [] }

/** The condition of one key, as it stands in a key of a product. */
const keyed = (column: Placement.PlacingColumn, text: string, quote: (name: string) => string): Condition => {
  const { windows } = column.space
  if (windows !== undefined) {
    const index = Either.getOrElse(column.space.indexOf(text), () => undefined)
    const [condition] =
      index === undefined ? [] : sidesOf(column, { space: column.space, from: index, to: index + 1 }, quote)
    return condition ?? never
  }
  const key = ofColumn(column, PartitionKey.unescape(text))
  return key === undefined ? never : { sql: `${quote(column.name)} = ?`, parameters: [key] }
}

const never: Condition = { sql: "1 = 0", parameters: [] }

/** Joins conditions by OR into fewer, of at most some hundred placeholders each. */
export const joined = (all: ReadonlyArray<Condition>): ReadonlyArray<Condition> => {
  const found: Array<Condition> = []
  let some: Array<Condition> = []
  let parameters = 0
  const close = () => {
    if (some.length === 0) return
    const sql = some.length === 1 ? (some[0]?.sql ?? "") : some.map((one) => `(${one.sql})`).join(" OR ")
    found.push({ sql, parameters: some.flatMap((one) => one.parameters) })
    some = []
    parameters = 0
  }
  for (const condition of all) {
    if (parameters + condition.parameters.length > placeholdersAtMost) close()
    some.push(condition)
    parameters += condition.parameters.length
  }
  close()
  return found
}

/** An instant, as stores keep timestamps: `2024-03-01 09:30:00.000`. */
export const instantText = (instant: number): string => new Date(instant).toISOString().replace("T", " ").slice(0, 23)

/** A date by its number of days since 1970-01-01: `2024-03-01`. */
export const dateText = (dayNumber: number): string => new Date(dayNumber * 86_400_000).toISOString().slice(0, 10)

/** A key as its column stores it; undefined if the column cannot. */
export const storedKey = (column: Placement.PlacingColumn, index: number): string | number | undefined =>
  ofColumn(column, PartitionKey.unescape(column.space.keyOf(index)))

const ofColumn = ({ type }: Placement.PlacingColumn, text: string | undefined): string | number | undefined => {
  if (type._tag !== "Integer") return text
  const number = Number(text)
  return Number.isSafeInteger(number) && String(number) === text ? number : undefined
}

const sidesOf = (
  column: Placement.PlacingColumn,
  side: Region.Side | undefined,
  quote: (name: string) => string
): ReadonlyArray<Condition> => {
  if (side === undefined) return []
  const { from, to } = side
  const { windows } = column.space
  const name = quote(column.name)
  if (windows !== undefined) {
    if (column.type._tag === "Day") {
      const [first, last] = [windows.ordinalOf(from), windows.ordinalOf(to) - 1]
      return first === last
        ? [{ sql: `${name} = ?`, parameters: [dateText(first)] }]
        : [{ sql: `${name} >= ? AND ${name} <= ?`, parameters: [dateText(first), dateText(last)] }]
    }
    const bounds = [windows.windowOf(from).start, windows.windowOf(to - 1).end].map(instantText)
    return [{ sql: `${name} >= ? AND ${name} < ?`, parameters: bounds }]
  }
  const keys: Array<string | number> = []
  for (let index = from; index < to; index++) {
    const key = storedKey(column, index)
    if (key !== undefined) keys.push(key)
  }
  const found: Array<Condition> = []
  for (let start = 0; start < keys.length; start += keysAtMost) {
    const some = keys.slice(start, start + keysAtMost)
    const sql = some.length === 1 ? `${name} = ?` : `${name} IN (${some.map(() => "?").join(", ")})`
    found.push({ sql, parameters: some })
  }
  return found
}

const crossed = (before: ReadonlyArray<Condition>, next: ReadonlyArray<Condition>): ReadonlyArray<Condition> =>
  before.flatMap((a) =>
    next.map((b) => ({
      sql: a.sql === "" || b.sql === "" ? a.sql + b.sql : `${a.sql} AND ${b.sql}`,
      parameters: [...a.parameters, ...b.parameters]
    }))
  )

const keysAtMost = 200
const placeholdersAtMost = 400
