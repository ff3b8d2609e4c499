import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Table from "../Table.ts"
import { Warehouse } from "../Warehouse.ts"

/** Whether a run may replace rows by none, or by far fewer. A person says so, for one run: `--allow-empty-data`. */
export class EmptyDataAllowed extends Context.Reference<EmptyDataAllowed>()("@sluice/warehouse/EmptyDataAllowed", {
  defaultValue: () => false
}) {}

export interface Options {
  /** The largest share of the published rows that may vanish at once, from 0 to 1. Default 1: all but the last one. */
  readonly maxLoss?: number
  /** Default: an error, which blocks. */
  readonly severity?: "warn" | "error"
}

/**
 * Rows do not vanish: an answer without rows never replaces a table that has some, nor, with `maxLoss`, one with far fewer.
 * `EmptyDataAllowed` lets both pass. On published rows there is nothing to compare them to, and it only counts. Costs a COUNT
 * of whatever it needs to know and whoever staged the rows has not counted: of rows that are there, without `maxLoss`, none.
 */
export const rowCount = (table: Table.Any, options: Options = {}): AssetCheck.AssetCheck<Warehouse> => {
  const { maxLoss = 1, severity = "error" } = options
  return AssetCheck.make("row_count", {
    description:
      maxLoss < 1
        ? `At most ${Math.round(maxLoss * 1_000) / 10}% of the rows vanish at once, and never all of them.`
        : "Where there were rows, there are rows.",
    severity,
    evaluate: Effect.fn("Check.row_count")(function* (subject) {
      if (subject._tag === "Published") return { passed: true, metadata: { rows: yield* count(table.name) } }
      const { before: told, rows = yield* count(subject.relation) }: Partial<AssetCheck.Counted> = subject.counted ?? {}
      if (told === undefined && rows > 0 && maxLoss >= 1) return { passed: true, metadata: { rows } }
      const before = told ?? (yield* published(table.name))
      const lost = before > 0 && (rows === 0 || before - rows > before * maxLoss)
      const passed = !lost || (yield* EmptyDataAllowed)
      const metadata = { rows, rows_before: before }
      return { passed, metadata: passed ? metadata : { ...metadata, to_allow_it: "--allow-empty-data" } }
    })
  })
}

const published = (relation: string) =>
  Effect.catchIf(
    count(relation),
    ({ reason }) => reason === "Missing",
    () => Effect.succeed(0)
  )

const count = (relation: string) =>
  Effect.flatMap(Warehouse, (warehouse) =>
    Effect.map(
      warehouse.measure((quote) => `SELECT COUNT(*) FROM ${quote(relation)}`),
      ([rows = 0]) => rows
    )
  )
