import * as productSpace from "../partition/internal/productSpace.ts"
import * as Runs from "../partition/internal/Runs.ts"
import type { Space } from "../partition/Space.ts"
import type { PartitionStates } from "./PartitionStaleness.ts"

/** The state of a cell: of one partition, or the worst of several. `partly`: some are there, and some are missing. */
export type CellState = "made" | "stale" | "partly" | "missing" | "failed"

/** The states of an asset's partitions as cells in rows. */
export interface PartitionStrip {
  /** Oldest first. */
  readonly rows: ReadonlyArray<Row>
  /** The number of earlier rows that are left out. */
  readonly earlier: number
}

/** A row: a month of days, a year of months or weeks, or a list of keys. */
export interface Row {
  /** `2024-08`, or `2024`; empty for keys. */
  readonly label: string
  /** By the place in the row: the day of the month from 0, and the like. Undefined for places without a partition. */
  readonly cells: ReadonlyArray<CellState | undefined>
  /** The keys of a set without windows, in the order of the cells; otherwise empty. */
  readonly keys: ReadonlyArray<string>
}

/**
 * The strip of an asset's partitions, at most `most` rows, or as many keys as fit in `most` rows of ten. Hours are drawn by day. A
 * product is drawn along its first time dimension. O(partitions of the rows).
 */
export const of = (states: PartitionStates, { most }: { readonly most: number }): PartitionStrip => {
  const flags = flagsOf(states)
  return flags.space.windows === undefined ? ofKeys(flags, most * 10) : ofWindows(flags, most)
}

/** Partitions along one dimension, and which of them have some partition in a state. */
interface Flags {
  readonly space: Space
  readonly all: Runs.Runs
  readonly made: Runs.Runs
  readonly missing: Runs.Runs
  readonly stale: Runs.Runs
  readonly failed: Runs.Runs
}

const flagsOf = ({ failed, made, missing, space, stale }: PartitionStates): Flags => {
  const time = space.dimensions.find((dimension) => dimension.space.windows !== undefined)
  if (time === undefined) return { space, all: space.all, made, missing, stale, failed }
  const along = (runs: Runs.Runs) => productSpace.projected(time, runs)
  return {
    space: time.space,
    all: along(space.all),
    made: along(made),
    missing: along(missing),
    stale: along(stale),
    failed: along(failed)
  }
}

/** The worst of the partitions of a cell. */
const stateOf = (flags: Flags, indices: ReadonlyArray<number>): CellState => {
  const has = (runs: Runs.Runs) => indices.some((index) => Runs.has(runs, index))
  if (has(flags.failed)) return "failed"
  if (has(flags.missing)) return has(flags.made) ? "partly" : "missing"
  return has(flags.stale) ? "stale" : "made"
}

const ofKeys = (flags: Flags, most: number): PartitionStrip => {
  const keys: Array<string> = []
  const cells: Array<CellState> = []
  for (const index of indicesOf(flags.all)) {
    if (keys.length === most) break
    keys.push(flags.space.keyOf(index))
    cells.push(stateOf(flags, [index]))
  }
  return { rows: keys.length === 0 ? [] : [{ label: "", cells, keys }], earlier: 0 }
}

/** `2024-08-01…` is at place 0 of `2024-08`, `2024-08` at place 7 of `2024`, and `2024-W31` at place 30 of `2024`. */
const placeOf = (key: string): readonly [row: string, place: number] => {
  const [, year = "", week, month = "", day] = /^(\d{4})-(?:W(\d\d)|(\d\d)(?:-(\d\d))?)/.exec(key) ?? []
  if (week !== undefined) return [year, Number(week) - 1]
  return day === undefined ? [year, Number(month) - 1] : [`${year}-${month}`, Number(day) - 1]
}

const ofWindows = (flags: Flags, most: number): PartitionStrip => {
  const rows = new Map<string, Array<Array<number> | undefined>>()
  let earlier = 0
  const ranges = [...Runs.ranges(flags.all)].reverse()
  for (const [from, to] of ranges) {
    for (let index = to - 1; index >= from; index--) {
      const [label, place] = placeOf(flags.space.keyOf(index))
      const row = rows.get(label)
      if (row === undefined && rows.size === most) {
        earlier = rowsBetween(placeOf(flags.space.keyOf(Runs.first(flags.all)))[0], label)
        return { rows: [...rows].reverse().map((each) => rowOf(flags, each)), earlier }
      }
      const cells = row ?? []
      rows.set(label, cells)
      const cell = cells[place] ?? []
      cells[place] = cell
      cell.push(index)
    }
  }
  return { rows: [...rows].reverse().map((each) => rowOf(flags, each)), earlier }
}

const rowOf = (flags: Flags, [label, cells]: readonly [string, ReadonlyArray<ReadonlyArray<number> | undefined>]): Row => ({
  label,
  cells: Array.from(cells, (indices) => (indices === undefined ? undefined : stateOf(flags, indices))),
  keys: []
})

/** The number of months, or of years, from one to another, both included. */
const rowsBetween = (first: string, last: string): number => {
  const numberOf = (label: string) => {
    const [year, month] = label.split("-").map(Number)
    return month === undefined ? (year ?? 0) : (year ?? 0) * 12 + month
  }
  return numberOf(last) - numberOf(first) + 1
}

function* indicesOf(runs: Runs.Runs): Generator<number> {
  for (const [from, to] of Runs.ranges(runs)) for (let index = from; index < to; index++) yield index
}
