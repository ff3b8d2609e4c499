import type { SqlError } from "@effect/sql/SqlError"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Placement from "@sluice/core/partition/Placement"
import type { Slice } from "@sluice/core/partition/Slice"
import * as Tally from "@sluice/core/partition/Tally"
import type * as Table from "@sluice/core/relation/Table"
import * as Span from "@sluice/core/Span"
import * as Effect from "effect/Effect"
import type { PartitionedTables } from "../PartitionedTables.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as BoundSelect from "./BoundSelect.ts"
import type { Dialect, Driver } from "./Dialect.ts"
import * as PlacedRows from "./PlacedRows.ts"
import * as StagedSelect from "./StagedSelect.ts"
import type { Written } from "./TableWrites.ts"

/** A slice whose rows are replaced. */
export interface Write {
  readonly table: Table.Any
  readonly slice: Slice
  readonly placement: Placement.Placement
  /** Counts staged rows by partition, after they are filled. Fails if a row must not be written. */
  readonly settle: (staged: Staged) => Effect.Effect<StagedSelect.Settled, WarehouseFailed | SqlError>
}

/** A filled staging table. */
export interface Staged {
  /** The table, as SQL names it. */
  readonly from: string
  readonly filled: number
  readonly driver: Driver
}

/** The rows that replace a slice's. */
export interface Rows {
  readonly source: Dataset.Dataset<Readonly<Record<string, unknown>>>
  /** The source's rows of the slice. */
  readonly placed: PlacedRows.PlacedRows<Readonly<Record<string, unknown>>>
}

/** The SELECT that returns the rows of a slice, and the names of the relations that it was given. */
export interface Select extends BoundSelect.BoundSelect {
  readonly named: ReadonlySet<string>
}

/** How a store replaces a slice: it stages the rows, has them settled and checked, and puts them in the place of the old ones. */
export interface Writer {
  readonly dialect: Dialect
  readonly rows: (
    write: Write,
    rows: Rows
  ) => Effect.Effect<Written, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
  readonly select: (write: Write, select: Select) => Effect.Effect<Written, WarehouseFailed | CheckFailed, StepContext>
}

type PartitionWrites = Pick<PartitionedTables, "replacePartitions" | "replacePartitionsSelect">

/** Replaces partitions, and reports what was written and what was left out. */
export const make = ({ dialect, rows: writeRows, select: writeSelect }: Writer): PartitionWrites => ({
  replacePartitions: Effect.fn("PartitionWrites.replace")(function* (table, slice, rows, { outside = "refuse" } = {}) {
    const placement = yield* PlacedRows.placementIn(slice.space, table)
    const placed = PlacedRows.of(table, placement, slice, rows, outside)
    const settle = ({ filled }: Staged) =>
      Effect.map(placed.verify, (): StagedSelect.Settled => ({ rows: filled, byKey: placed.tally.byKey() }))
    const written = yield* writeRows({ table, slice, placement, settle }, { source: rows, placed })
    return { relation: table, outside: yield* report(table, slice, placed.tally, written) }
  }),

  replacePartitionsSelect: Effect.fn("PartitionWrites.replaceSelect")(function* (
    table,
    slice,
    select,
    { outside = "refuse" } = {}
  ) {
    const placement = yield* PlacedRows.placementIn(slice.space, table)
    const { named, store } = BoundSelect.naming(dialect)
    const bound = yield* BoundSelect.bind(table, placement, slice, select({ ...store, window: BoundSelect.window }))
    const tally = Tally.make(placement, slice)
    const settle = (staged: Staged) => StagedSelect.settle({ ...staged, table, slice, placement, tally, outside, dialect })
    const written = yield* writeSelect({ table, slice, placement, settle }, { ...bound, named })
    return { relation: table, outside: yield* report(table, slice, tally, written) }
  })
})

const report = Effect.fnUntraced(function* (
  { name: table }: Table.Any,
  { size: partitions }: Slice,
  tally: Tally.Tally,
  { metadata, rows }: Written
) {
  const outside = tally.outside()
  const step = yield* StepContext
  step.metadata({ rows, ...(outside.rows === 0 ? {} : { rows_left_out: outside.rows }), ...metadata })
  yield* Span.annotate({ table, rows, partitions })
  return outside
})
