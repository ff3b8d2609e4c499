import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Partitions from "@sluice/core/partition/Partitions"
import type { Slice } from "@sluice/core/partition/Slice"
import type { Space } from "@sluice/core/partition/Space"
import type { Stored } from "@sluice/core/partition/Stored"
import type { Outside } from "@sluice/core/partition/Tally"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import type * as Effect from "effect/Effect"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Tables that are cut: each partition's rows are replaced, marked and removed apart from the others. */
export interface PartitionedTables {
  /**
   * Replaces the rows of a slice's partitions. They are staged, and the step's blocking checks run on the staged rows. Then one
   * transaction deletes the partitions' old rows, inserts the staged ones, and writes a mark for each partition. A reader sees all
   * old or all new rows of them, and other partitions are not touched. After a failure the old rows and marks stay. Creates the
   * table at its first partition.
   *
   * A row outside of the slice, or without a value in a partition column, fails the step (`RowRejected`). With `outside: "leave"`,
   * rows outside of the slice are counted and left out. Fails with `Drift` if the store's table has other columns than declared, and
   * with `Misconfigured` if the table has rows that are in no marked partition, or cannot be cut by the set.
   *
   * Reports progress per batch, and the metadata `rows`.
   */
  readonly replacePartitions: <T extends Table.Any>(
    table: T,
    slice: Slice,
    rows: Dataset.Dataset<Table.Row<T>>,
    options?: Options
  ) => Effect.Effect<Replaced<T>, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
  /** Replaces the rows of a slice's partitions by those that one SELECT returns, in the store, as `replacePartitions` does. */
  readonly replacePartitionsSelect: <T extends Table.Public>(
    table: T,
    slice: Slice,
    select: (store: SelectingPartitions) => string,
    options?: Options
  ) => Effect.Effect<Replaced<T>, WarehouseFailed | CheckFailed, StepContext>
  /** The marks of a table's partitions, or of those that a run has written, by key in text order. */
  readonly partitionMarks: (
    table: Table.Any,
    options?: { readonly runId?: string }
  ) => Effect.Effect<ReadonlyArray<PartitionMark>, WarehouseFailed>
  /**
   * Deletes the rows and marks of partitions in one transaction, and returns the number of rows. They need not be in the space: a set
   * that starts later now has removed them.
   */
  readonly removePartitions: (table: Table.Any, space: Space, stored: Stored) => Effect.Effect<number, WarehouseFailed>
  /**
   * Counts the rows of each partition of a table. With `adopt`, it writes their marks, so that a table that was published whole can
   * be replaced by partition; it then fails with `RowRejected` if a row is in no partition.
   */
  readonly cutInto: (
    table: Table.Any,
    space: Space,
    options: { readonly adopt: boolean }
  ) => Effect.Effect<Cut, WarehouseFailed>
}

export interface Options {
  /** What to do with rows outside of the slice. Default: `refuse`. */
  readonly outside?: "refuse" | "leave"
}

/** A published table, and the rows that were left out because they are outside of the slice. */
export interface Replaced<out T extends Table.Any> {
  readonly relation: T
  readonly outside: Outside
}

/** A partition of a table: the run that last wrote it, and its number of rows; undefined if an erasure has changed the table since. */
export interface PartitionMark {
  readonly key: string
  readonly runId: string
  readonly rows: number | undefined
}

/** The rows of a table by partition. Partitions without rows are left out. */
export interface Cut {
  readonly partitions: ReadonlyArray<readonly [key: string, rows: number]>
  /** The number of rows in no partition of the set, and of those without a value in a partition column. */
  readonly elsewhere: number
}

/** What an asset's SELECT can use. If the asset is cut, these are also placeholders for the bounds of the partitions that it makes. */
export type SelectDialect<P> = [P] extends [Partitions.Any]
  ? View.Dialect & Pick<SelectingPartitions, "window">
  : View.Dialect

/** The properties of the store that runs a SELECT for some partitions, and placeholders for their bounds. */
export interface SelectingPartitions extends View.Dialect {
  /** A public table or view, as SQL names it. */
  readonly nameOf: (relation: View.Public) => string
  readonly window: BoundWindow
}

/**
 * Placeholders in the SQL of a SELECT, such as `ordered_at >= ${window.start} AND ordered_at < ${window.end}`. Each is bound to its
 * value. It can be used any number of times, and not within quotes.
 *
 * A placeholder that the slice has no value for fails the step.
 */
export interface BoundWindow {
  /** The start of the first window, as the store's timestamps. */
  readonly start: string
  /** The end of the last window: the first instant after it. */
  readonly end: string
  /** The local date of a slice of one day. A slice of several days has no value for it. */
  readonly day: string
  /** The first and the last local date, for windows of days or longer. Both are in the slice. */
  readonly firstDay: string
  readonly lastDay: string
  /** The key of a set without windows, or of the dimension of a product that has none. */
  readonly key: string
  /** The key of a product's dimension, by its name. */
  readonly keyOf: (dimension: string) => string
}
