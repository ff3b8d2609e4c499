import type * as Placement from "@sluice/core/partition/Placement"
import type * as Tally from "@sluice/core/partition/Tally"
import type { Cut } from "../PartitionedTables.ts"
import { type SqlDialect, textOf } from "./SqlDialect.ts"

/** A statement that counts rows by the values that say which partition they are in, to the second. */
export const statement = (
  { columns }: Placement.Placement,
  from: string,
  { exactText, quote }: Pick<SqlDialect, "exactText" | "quote">
): string => {
  const values = columns.map(({ name, type }) => {
    const column = quote(name)
    if (type._tag === "Timestamp") return `SUBSTR(${column}, 1, 19)`
    if (type._tag === "Day") return `SUBSTR(${column}, 1, 10)`
    return type._tag === "Text" ? exactText(column) : column
  })
  const aliases = values.map((value, at) => `${value} AS ${quote(`c${at}`)}`)
  return `SELECT ${aliases.join(", ")}, COUNT(*) AS ${quote("n")} FROM ${from} GROUP BY ${values.join(", ")}`
}

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** Adds what the statement has counted to a tally, and returns the number of rows without a partition's value. */
export const addTo = (tally: Tally.Tally, placement: Placement.Placement, counted: Rows): number => {
  let unplaced = 0
  for (const values of counted) {
    const rows = Number(values.at(-1))
    if (tally.add(rowOf(placement, values), rows) === "unplaced") unplaced += rows
  }
  return unplaced
}

/** The rows of a table by partition, from what the statement has counted. */
export const cutOf = (placement: Placement.Placement, counted: Rows): Cut => {
  const counts = new Map<number, number>()
  let elsewhere = 0
  for (const values of counted) {
    const rows = Number(values.at(-1))
    const index = placement.indexOf(rowOf(placement, values))
    if (index < 0) elsewhere += rows
    else counts.set(index, (counts.get(index) ?? 0) + rows)
  }
  const partitions = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, rows]) => [placement.space.keyOf(index), rows] as const)
  return { partitions, elsewhere }
}

const rowOf = ({ columns }: Placement.Placement, values: ReadonlyArray<unknown>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(columns.map(({ name, type }, at) => [name, valueOf(type._tag, values[at])]))

const valueOf = (type: string, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  const text = value instanceof ArrayBuffer || value instanceof Uint8Array ? textOf(value) : String(value)
  return type === "Timestamp" ? `${text.slice(0, 10)}T${text.slice(11, 19)}.000Z` : text
}
