import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Changes from "@sluice/core/data/Changes"
import type * as Dataset from "@sluice/core/data/Dataset"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import * as Span from "@sluice/core/Span"
import * as Effect from "effect/Effect"
import type { Amended } from "../Amended.ts"
import type { Warehouse } from "../Warehouse.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as BoundSelect from "./BoundSelect.ts"
import type { Dialect } from "./Dialect.ts"

type Row = Readonly<Record<string, unknown>>

/** How a store replaces a whole table, or changes some of its rows. It checks the rows before a reader sees them. */
export interface Writer {
  readonly dialect: Dialect
  readonly rows: (
    table: Table.Any,
    rows: Dataset.Dataset<Row>
  ) => Effect.Effect<Written, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
  /** `named` are the names of the relations that the SELECT was given. */
  readonly select: (
    table: Table.Any,
    select: { readonly sql: string; readonly named: ReadonlySet<string> }
  ) => Effect.Effect<Written, WarehouseFailed | CheckFailed, StepContext>
  readonly amend: (
    table: Table.Any,
    changes: Changes.Changes<Row>,
    by: string
  ) => Effect.Effect<Changed, WarehouseFailed | SpillFailed | CheckFailed, StepContext>
}

/** The number of written rows, and the metadata about how they were loaded. */
export interface Written {
  readonly rows: number
  readonly metadata?: { readonly loaded_by: string }
}

/** What changes came to. */
export interface Changed extends Written, Amended {
  /** Whether an earlier attempt of this run has already applied them. */
  readonly again: boolean
}

type TableWrites = Pick<Warehouse["Type"], "publish" | "publishSelect" | "amend">

/** Writes whole tables, and reports what was written. */
export const make = ({ amend, dialect, rows: writeRows, select: writeSelect }: Writer): TableWrites => ({
  publish: Effect.fn("TableWrites.publish")(function* (table, rows) {
    return yield* replaced(table, yield* writeRows(table, rows))
  }),

  publishSelect: Effect.fn("TableWrites.publishSelect")(function* (table, select) {
    const { named, store } = BoundSelect.naming(dialect)
    return yield* replaced(table, yield* writeSelect(table, { sql: select(store), named }))
  }),

  amend: Effect.fn("TableWrites.amend")(function* (table, changes, by) {
    const { again, deleted, metadata, rows, written } = yield* amend(table, changes, by)
    const changed = again ? {} : { rows_deleted: deleted, rows_written: written }
    yield* StepContext.metadata({ rows, ...changed, ...metadata })
    yield* Span.annotate({ table: table.name, rows: written })
    return { relation: table }
  })
})

const replaced = Effect.fnUntraced(function* <T extends Table.Any>(relation: T, { metadata, rows }: Written) {
  yield* StepContext.metadata({ rows, ...metadata })
  yield* Span.annotate({ table: relation.name, rows })
  return { relation }
})
