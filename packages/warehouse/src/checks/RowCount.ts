import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import type * as Table from "@sluice/core/relation/Table"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { WarehouseReader } from "../WarehouseReader.ts"

/** The share of a table's rows that a run may remove: `SLUICE_MAX_REMOVED_SHARE`, and `--allow-fewer-rows` for one run. */
export class RowLoss extends Context.Reference<RowLoss>()("@sluice/warehouse/RowLoss", {
  defaultValue: (): RowLoss.Service => ({ maxShare: 0.3, allowed: false })
}) {}

export declare namespace RowLoss {
  export interface Service {
    /** The largest share of a table's rows that one run may remove, from 0 to 1. Applies from 100 rows on. */
    readonly maxShare: number
    /** Whether a run may remove any number of rows, also all. */
    readonly allowed: boolean
  }
}

export interface Options {
  /**
   * The largest share of the published rows that one run may remove, however few rows there are. Default: that of `RowLoss`.
   */
  readonly maxLoss?: number
  /** Default: an error, which blocks. */
  readonly severity?: "warn" | "error"
}

/**
 * Rows do not vanish: a table with rows is not replaced by an empty one, nor by one with far fewer rows. Every table has this
 * check; an asset declares it to set another limit. The published rows are as many as the store has recorded. Runs a COUNT only
 * of what the publisher did not count.
 */
export const rowCount = (table: Table.Any, options: Options = {}): AssetCheck.AssetCheck<WarehouseReader> => {
  const { maxLoss, severity = "error" } = options
  const most = maxLoss === undefined ? "the share SLUICE_MAX_REMOVED_SHARE" : `${percent(maxLoss)}%`
  return AssetCheck.make("row_count", {
    description: `A run removes at most ${most} of the rows, and never all of them.`,
    severity,
    evaluate: Effect.fn("Check.row_count")(function* (subject) {
      if (subject._tag === "Published") return yield* asWritten(table)
      if (subject._tag === "Partitions") return compared(yield* count(subject.relation), subject.rows)
      const { before = yield* published(table.name), rows = yield* count(subject.relation) }: Partial<AssetCheck.Counted> =
        subject.counted ?? {}
      const { allowed, maxShare } = yield* RowLoss
      const share = maxLoss ?? (before < fewest ? 1 : maxShare)
      const isLoss = before > 0 && (rows === 0 || before - rows > before * share)
      const passed = allowed || !isLoss
      const metadata = { rows, rows_before: before }
      return { passed, metadata: passed ? metadata : { ...metadata, to_allow_it: "--allow-fewer-rows" } }
    })
  })
}

/** Detects rows that were added or removed by hand. */
const asWritten = Effect.fnUntraced(function* ({ name }: Table.Any) {
  const rows = yield* count(name)
  return compared(rows, (yield* (yield* WarehouseReader).marks).get(name)?.rows)
})

const compared = (rows: number, written: number | undefined) =>
  written === undefined || written === rows
    ? { passed: true, metadata: { rows } }
    : { passed: false, metadata: { rows, rows_written: written } }

/** Below this number of rows, a share means little: some rows may vanish, but not all. */
const fewest = 100

const percent = (share: number): number => Math.round(share * 1_000) / 10

const published = (relation: string) =>
  Effect.catchIf(
    count(relation),
    ({ reason }) => reason === "Missing",
    () => Effect.succeed(0)
  )

const count = (relation: string) =>
  Effect.flatMap(WarehouseReader, (reader) =>
    Effect.map(
      reader.measure((quote) => `SELECT COUNT(*) FROM ${quote(relation)}`),
      ([rows = 0]) => rows
    )
  )
