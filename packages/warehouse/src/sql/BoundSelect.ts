import type * as Placement from "@sluice/core/partition/Placement"
import * as Region from "@sluice/core/partition/Region"
import type { Slice } from "@sluice/core/partition/Slice"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { BoundWindow } from "../PartitionedTables.ts"
import type { Selecting } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Dialect } from "./Dialect.ts"
import * as RowPlaces from "./RowPlaces.ts"

/** A SELECT with `?` for each placeholder, and their values in order. */
export interface BoundSelect {
  readonly sql: string
  readonly parameters: ReadonlyArray<string | number>
  /** The same with NULL for each placeholder, for statements that take no parameters. */
  readonly unbound: string
}

/** The store that a SELECT is written for, and the names of the relations that the SELECT has asked for. */
export const naming = ({
  relation,
  views
}: Pick<Dialect, "relation" | "views">): { readonly store: Selecting; readonly named: ReadonlySet<string> } => {
  const named = new Set<string>()
  const nameOf: Selecting["nameOf"] = (asked) => {
    named.add(asked.name)
    return relation(asked)
  }
  return { named, store: { ...views, nameOf } }
}

/** The names that stand in SQL until the SELECT is bound. A name is found however often the SELECT uses it. */
export const window: BoundWindow = {
  start: ":sluice_window_start",
  end: ":sluice_window_end",
  day: ":sluice_window_day",
  firstDay: ":sluice_window_first_day",
  lastDay: ":sluice_window_last_day",
  key: ":sluice_window_key",
  keyOf: (dimension) => `:sluice_window_key_of_${Buffer.from(dimension).toString("hex")}`
}

/** Binds the placeholders of a SELECT to the bounds of a slice. Fails if it uses one that the slice has no value for. */
export const bind = (
  table: Table.Any,
  placement: Placement.Placement,
  slice: Slice,
  sql: string
): Effect.Effect<BoundSelect, WarehouseFailed> =>
  Effect.suspend(() => {
    const values = valuesOf(placement, slice)
    const parameters: Array<string | number> = []
    const unknown = new Set<string>()
    const bound = sql.replace(placeholder, (name) => {
      const value = values.get(name)
      if (value === undefined) unknown.add(name)
      else parameters.push(value)
      return "?"
    })
    if (unknown.size === 0) return Effect.succeed({ sql: bound, parameters, unbound: sql.replace(placeholder, "NULL") })
    const [first = ""] = unknown
    return new WarehouseFailed({
      reason: "Misconfigured",
      operation: `publish ${table.name}`,
      detail: `its SELECT uses ${wordOf(first)}, which the partitions ${slice.space.name} do not have${slice.size > 1 ? " if several are made at once" : ""}. Use ${[...values.keys()].map(wordOf).join(", ")}. Nothing was run.`
    })
  })

const placeholder = /:sluice_window_(?:start|end|day|first_day|last_day|key_of_[0-9a-f]+|key)(?![0-9a-z_])/g

const wordOf = (name: string): string => {
  const dimension = /_key_of_([0-9a-f]+)$/.exec(name)?.[1]
  if (dimension !== undefined) return `window.keyOf("${Buffer.from(dimension, "hex").toString()}")`
  return `window.${name.replace(":sluice_window_", "").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}`
}

const valuesOf = ({ columns }: Placement.Placement, { runs, space }: Slice): ReadonlyMap<string, string | number> => {
  const values = new Map<string, string | number>()
  const regions = [...Region.of(space, runs)]
  const time = columns.find((column) => column.space.windows !== undefined)
  for (const [at, column] of columns.entries()) {
    const sides = regions.flatMap((region) => region[at] ?? [])
    const from = Math.min(...sides.map((side) => side.from))
    const to = Math.max(...sides.map((side) => side.to))
    const { windows } = column.space
    if (windows !== undefined && column === time) {
      values.set(window.start, RowPlaces.instantText(windows.windowOf(from).start))
      values.set(window.end, RowPlaces.instantText(windows.windowOf(to - 1).end))
      if (windows.unit === "day") {
        if (windows.granularity === "day" && to - from === 1)
          values.set(window.day, RowPlaces.dateText(windows.ordinalOf(from)))
        values.set(window.firstDay, RowPlaces.dateText(windows.ordinalOf(from)))
        values.set(window.lastDay, RowPlaces.dateText(windows.ordinalOf(to) - 1))
      }
    }
    const key = to - from === 1 ? RowPlaces.storedKey(column, from) : undefined
    if (key === undefined) continue
    if (windows === undefined && !values.has(window.key)) values.set(window.key, key)
    const dimension = space.dimensions[at]?.name
    if (dimension !== undefined) values.set(window.keyOf(dimension), key)
  }
  return values
}
