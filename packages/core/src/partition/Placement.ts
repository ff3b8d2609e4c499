import * as Either from "effect/Either"
import type * as Column from "../relation/Column.ts"
import type * as Table from "../relation/Table.ts"
import * as Calendar from "./internal/Calendar.ts"
import * as Runs from "./internal/Runs.ts"
import * as PartitionKey from "./PartitionKey.ts"
import type { Space, Windows } from "./Space.ts"

/** Says which partition of a space a row of a table is in. */
export interface Placement {
  readonly space: Space
  /** The column that decides, or one for each dimension of a product, in the order of the declaration. */
  readonly columns: ReadonlyArray<PlacingColumn>
  /**
   * The index of the partition that a row is in, `elsewhere` if it is in no partition of the space, or `unplaced` if a column is null
   * or has a value that is not of its type.
   */
  readonly indexOf: (row: Readonly<Record<string, unknown>>) => number
}

/** A column that says which partition a row is in. */
export interface PlacingColumn {
  readonly name: string
  readonly type: Column.ColumnType
  /** The set, or the dimension of a product, whose partitions the column tells. */
  readonly space: Space
}

export const elsewhere = -1
export const unplaced = -2

/** The placement of a table's rows. Fails with every reason why the table cannot be cut by the set, each a whole sentence. */
export const of = (
  space: Space,
  table: Pick<Table.Any, "columns" | "name" | "partitionBy">
): Either.Either<Placement, ReadonlyArray<string>> => {
  const found = columnsOf(space, table)
  if (Either.isLeft(found)) return Either.left(found.left)
  const columns = found.right
  const problems = columns.flatMap((column) => problemOf(column) ?? [])
  if (problems.length > 0) return Either.left(problems)
  const placers = columns.map((column, at) => ({
    name: column.name,
    placeOf: placerOf(column),
    stride: space.dimensions[at]?.stride ?? 1
  }))
  const [only] = placers
  if (placers.length === 1 && only !== undefined) {
    const { name, placeOf } = only
    return Either.right({ space, columns, indexOf: (row) => placeOf(row[name]) })
  }
  const indexOf = (row: Readonly<Record<string, unknown>>): number => {
    let index = 0
    for (const { name, placeOf, stride } of placers) {
      const place = placeOf(row[name])
      if (place === unplaced) return unplaced
      index = place === elsewhere || index === elsewhere ? elsewhere : index + place * stride
    }
    return index
  }
  return Either.right({ space, columns, indexOf })
}

type Placed = Pick<Table.Any, "columns" | "name" | "partitionBy">

const columnsOf = (
  space: Space,
  { columns, name, partitionBy }: Placed
): Either.Either<ReadonlyArray<PlacingColumn>, ReadonlyArray<string>> => {
  const { dimensions } = space
  const example =
    dimensions.length === 0
      ? `partitionBy: "…"`
      : `partitionBy: { ${dimensions.map((dimension) => `${dimension.name}: "…"`).join(", ")} }`
  if (partitionBy === undefined || (typeof partitionBy === "string") !== (dimensions.length === 0)) {
    const what =
      dimensions.length === 0
        ? `the column that says which partition of ${space.name} a row is in`
        : `the column of each dimension of ${space.name}`
    return Either.left([`The table ${name} does not name ${what}. Write ${example} in Table.make.`])
  }
  const named: ReadonlyArray<readonly [string | undefined, Space, string]> =
    typeof partitionBy === "string"
      ? [[partitionBy, space, space.name]]
      : dimensions.map((dimension) => [partitionBy[dimension.name], dimension.space, dimension.name])
  const others =
    typeof partitionBy === "string"
      ? []
      : Object.keys(partitionBy).filter((key) => !dimensions.some((dimension) => dimension.name === key))
  const problems = [
    ...others.map((key) => `${key} is not a dimension of ${space.name}. Write ${example} in the table ${name}.`),
    ...named.flatMap(([column, , dimension]) =>
      column === undefined
        ? [`The table ${name} names no column for ${dimension}. Write ${example}.`]
        : columns[column] === undefined
          ? [`The table ${name} has no column "${column}". Name one of its columns in partitionBy.`]
          : []
    )
  ]
  if (problems.length > 0) return Either.left(problems)
  return Either.right(
    named.flatMap(([column = "", of]) => {
      const type = columns[column]?.type
      return type === undefined ? [] : [{ name: column, type, space: of }]
    })
  )
}

const problemOf = ({ name, space, type }: PlacingColumn): string | undefined => {
  const { windows } = space
  if (windows === undefined) {
    if (type._tag === "Text" || type._tag === "Integer") return undefined
    return `${space.name} has keys, and "${name}" is no key. Name a column of Column.text or Column.integer.`
  }
  if (type._tag === "Timestamp" || (type._tag === "Day" && windows.unit === "day")) return undefined
  return windows.unit === "day"
    ? `${space.name} has time windows, and "${name}" is no time. Name a column of Column.timestamp (an instant) or Column.day (a local date).`
    : `The windows of ${space.name} are shorter than a day, so "${name}" does not tell them apart. Name a column of Column.timestamp.`
}

type Placer = (value: unknown) => number

const placerOf = ({ space, type }: PlacingColumn): Placer => {
  const { windows } = space
  if (windows === undefined) return keyPlacer(space)
  return type._tag === "Day" ? dayPlacer(space, windows) : instantPlacer(space, windows)
}

/** Times are mostly sorted or in one window, so the texts of the last window are compared before a time is parsed. */
const instantPlacer = ({ all }: Space, windows: Windows): Placer => {
  let [from, to] = ["", ""]
  let last = Number.NaN
  let place = elsewhere
  return (value) => {
    if (typeof value !== "string") return unplaced
    if (value >= from && value < to) return place
    const instant = Date.parse(value)
    if (Number.isNaN(instant)) return unplaced
    const index = windows.indexAt(instant)
    if (index !== last) {
      last = index
      from = to = ""
      place = Runs.has(all, index) ? index : elsewhere
    } else if (from === "") {
      const { end, start } = windows.windowOf(index)
      from = new Date(start).toISOString()
      to = new Date(end).toISOString()
    }
    return place
  }
}

/** A local date is in the window that the date is in, whatever instants the zone gives the window. */
const dayPlacer = ({ all }: Space, windows: Windows): Placer =>
  remembering((date) => {
    const dayNumber = Calendar.dayOf(date)
    if (dayNumber === undefined) return unplaced
    const index = indexOfDay(windows, dayNumber)
    return Runs.has(all, index) ? index : elsewhere
  })

/** The index of the window that a date is in. It can lie outside of the space. */
const indexOfDay = ({ indexFrom, ordinalOf }: Windows, dayNumber: number): number => {
  const index = indexFrom(dayNumber)
  return ordinalOf(index) === dayNumber ? index : index - 1
}

const keyPlacer = (space: Space): Placer => {
  const ofText = remembering((key) => Either.getOrElse(space.indexOf(PartitionKey.escape(key)), () => elsewhere))
  return (value) => (typeof value === "number" ? ofText(String(value)) : ofText(value))
}

/** Remembers the places of some thousand texts. */
const remembering = (placeOf: (text: string) => number): Placer => {
  const known = new Map<string, number>()
  let last: unknown
  let place = unplaced
  return (value) => {
    if (value === last && last !== undefined) return place
    if (typeof value !== "string") return unplaced
    const found = known.get(value)
    last = value
    if (found !== undefined) {
      place = found
      return place
    }
    place = placeOf(value)
    if (known.size < mostRemembered) known.set(value, place)
    return place
  }
}

const mostRemembered = 10_000
