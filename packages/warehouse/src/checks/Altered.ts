import type * as Table from "@sluice/core/relation/Table"
import { RunStore, type RunStoreFailed } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { type Mark, WarehouseReader } from "../WarehouseReader.ts"

/** A table that differs from its last recorded materialization, and the evidence. */
export interface Altered {
  readonly table: string
  /** The asset that publishes it. */
  readonly asset: string
  readonly why: string
}

/**
 * Finds tables that were changed from outside: another run than the recorded one wrote them, or their number of rows differs
 * from the recorded one. Rows are counted if that is fast; on a server the check `row_count` counts them. A run in progress may
 * have written a table that it has not recorded yet. A table that is cut may have been written by any recorded run, since a run
 * that failed keeps the partitions that it made.
 */
export const find = Effect.fn("Altered.find")(function* (
  tables: ReadonlyArray<Table.Any>,
  /** The asset that publishes each table, by the table's name. Default: the asset of that name. */
  publishers: ReadonlyMap<string, string> = new Map()
): Effect.fn.Return<ReadonlyArray<Altered>, WarehouseFailed | RunStoreFailed, WarehouseReader | RunStore> {
  const reader = yield* WarehouseReader
  const store = yield* RunStore
  const recorded = yield* store.materializations
  const running = new Set((yield* store.unfinished).map(({ runId }) => runId))
  const marks = yield* reader.marks
  const isRecorded = (runId: string) => Effect.map(store.events(runId, { from: 0, limit: 1 }), (events) => events.length > 0)
  const found = yield* Effect.forEach(
    tables,
    Effect.fnUntraced(function* ({ name, partitionBy }) {
      const asset = publishers.get(name) ?? name
      const runId = recorded.get(asset)?.runId
      const mark = marks.get(name)
      if (runId === undefined || (mark !== undefined && running.has(mark.runId))) return []
      const writer = partitionBy !== undefined && mark !== undefined && (yield* isRecorded(mark.runId)) ? mark.runId : runId
      const why = differenceOf(writer, mark) ?? (reader.countsQuickly ? yield* countedOtherwise(name, mark) : undefined)
      return why === undefined ? [] : [{ table: name, asset, why }]
    })
  )
  return found.flat()
})

const differenceOf = (runId: string, mark: Mark | undefined): string | undefined => {
  if (mark === undefined) return "which run wrote it is not recorded"
  return mark.runId === runId ? undefined : `run ${mark.runId} wrote it, and the history has run ${runId}`
}

const countedOtherwise = Effect.fnUntraced(function* (name: string, mark: Mark | undefined) {
  const { measure } = yield* WarehouseReader
  const written = mark?.rows
  if (written === undefined) return undefined
  const [rows = 0] = yield* measure((quote) => `SELECT COUNT(*) FROM ${quote(name)}`)
  return rows === written ? undefined : `it has ${rows} rows, and ${written} were written`
})
