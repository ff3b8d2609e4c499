import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import { Quarantine, type QuarantinedRow } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { rowCount } from "../checks/RowCount.ts"
import { rowsOf } from "../internal/libsqlDriver.ts"
import { PiiMasker } from "../PiiMasker.ts"
import { type Published, Warehouse } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/** One thing that was written. A mask's rows are those that were new, each with its wrapped value. */
export interface Write {
  readonly kind: "table" | "view" | "mask" | "quarantine"
  /** The table's or view's name; of a quarantine, its source. */
  readonly relation: string
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** What was written to the warehouse in memory, in order. */
export class TestWarehouse extends Context.Tag("@sluice/warehouse/TestWarehouse")<
  TestWarehouse,
  { readonly writes: Effect.Effect<ReadonlyArray<Write>> }
>() {
  /**
   * A warehouse, a masker and a quarantine in memory, for tests of assets: what is published is not checked against its
   * declaration, mask ids count from 1 in the order that values first come, views have no rows, nobody was erased, and SQL
   * is not answered.
   */
  static readonly layerMemory: Layer.Layer<TestWarehouse | Warehouse | PiiMasker | Quarantine | Suppressions> =
    Layer.effectContext(
      Effect.sync(() => {
        const writes: Array<Write> = []
        const published = new Map<string, Write["rows"]>()
        const record = (write: Write) => {
          writes.push(write)
          if (write.kind === "table" || write.kind === "view") published.set(write.relation, write.rows)
        }
        return Context.make(TestWarehouse, { writes: Effect.sync(() => [...writes]) }).pipe(
          Context.add(Warehouse, warehouse(record, published)),
          Context.add(PiiMasker, masker(record)),
          Context.add(Quarantine, quarantine(record)),
          Context.add(Suppressions, Suppressions.none)
        )
      })
    )
}

/** The value of an upstream that publishes a table or view: `{ users: published(UsersRaw) }`. */
export const published = <T extends Table.Any | View.Any>(relation: T): Published<T> => ({ relation })

type Recorder = (write: Write) => void

const warehouse = (record: Recorder, relations: ReadonlyMap<string, Write["rows"]>): Warehouse["Type"] => ({
  publish: Effect.fn("TestWarehouse.publish")(function* (table, rows) {
    const step = yield* StepContext
    const all = yield* Dataset.toArray(rows)
    step.progress(all.length)
    const before = relations.get(table.name)?.length ?? 0
    yield* step.staged(table.name, { rows: all.length, before }, [rowCount(table)])
    record({ kind: "table", relation: table.name, rows: all })
    step.metadata({ rows: all.length })
    return { relation: table }
  }),
  publishSelect: () => noSql("answer the SELECT"),
  amend: Effect.fn("TestWarehouse.amend")(function* (table, changes, by) {
    const step = yield* StepContext
    const gone = new Set(yield* Dataset.toArray(changes.gone))
    const rows = yield* Dataset.toArray(changes.rows)
    const before = relations.get(table.name) ?? []
    const kept = before.filter((row) => !gone.has(String(row[by])))
    const all = [...kept, ...rows]
    step.progress(rows.length)
    yield* step.staged(table.name, { rows: all.length, before: before.length }, [rowCount(table)])
    record({ kind: "table", relation: table.name, rows: all })
    step.metadata({ rows: all.length })
    return { relation: table }
  }),
  publishView: Effect.fn("TestWarehouse.publishView")(function* (view) {
    record({ kind: "view", relation: view.name, rows: [] })
    return { relation: view }
  }),
  loading: Effect.succeed({ by: "memory", slower: undefined }),
  open: Effect.fn("TestWarehouse.open")(function* (relation) {
    if (!relations.has(relation.name)) return yield* missing(`open ${relation.name}`)
    return { relation }
  }),
  inspect: (relation) => Effect.sync(() => ({ columns: Object.keys(relations.get(relation)?.[0] ?? {}), owner: undefined })),
  read: (relation) =>
    Stream.suspend(() => {
      const rows = relations.get(relation.name)
      return rows === undefined ? Stream.fail(missing(`read ${relation.name}`)) : Stream.succeed(rowsOf(rows))
    }),
  query: () => noSql("answer the query"),
  measure: () => noSql("evaluate the check"),
  marks: Effect.succeed(new Map()),
  countsQuickly: true,
  drift: () => Effect.succeed([]),
  access: Effect.succeed([]),
  proof: () => Effect.succeed({ by: "nothing", refused: 0, open: [] })
})

const noSql = (operation: string) =>
  new WarehouseFailed({
    reason: "Misconfigured",
    operation,
    detail: "the warehouse in memory answers no SQL. Test what needs it on an embedded store."
  })

const masker = (record: Recorder): PiiMasker["Type"] => {
  const tables = new Map<string, MaskMap.Ids>()
  return {
    ids: Effect.fn("TestWarehouse.ids")(function* (table, values) {
      const step = yield* StepContext
      const ids = tables.get(table.name) ?? MaskMap.ids()
      tables.set(table.name, ids)
      const rows: Array<Readonly<Record<string, unknown>>> = []
      for (const value of yield* Dataset.toArray(values)) {
        if (value === null || ids.has(value)) continue
        const id = ids.size() + 1
        ids.set(value, id)
        rows.push({ id, [table.valueColumn]: value })
      }
      record({ kind: "mask", relation: table.name, rows })
      step.progress(rows.length)
      step.metadata({ rows: ids.size(), new: rows.length })
      return ids.toMap(table.kind)
    }),
    load: Effect.fn("TestWarehouse.load")(function* (table) {
      const ids = tables.get(table.name)
      if (ids === undefined) return yield* missing(`read ${table.name}`)
      return ids.toMap(table.kind)
    })
  }
}

const quarantine = (record: Recorder): Quarantine["Type"] => {
  const sources = new Map<
    string,
    ReadonlyArray<{ readonly row: QuarantinedRow; readonly runId: string; readonly failed: boolean }>
  >()
  const keptOf = (source: string) => sources.get(source) ?? []
  return {
    replace: (source, runId, rows, { failed } = { failed: false }) =>
      Effect.map(Dataset.toArray(rows), (all) => {
        const others = failed ? keptOf(source).filter((kept) => !kept.failed) : []
        sources.set(source, [...others, ...all.map((row) => ({ row, runId, failed }))])
        record({ kind: "quarantine", relation: source, rows: all.map((row) => ({ ...row })) })
      }),
    list: (source, runId) =>
      Effect.sync(() =>
        keptOf(source)
          .flatMap((kept) => (runId === undefined || kept.runId === runId ? [kept.row] : []))
          .sort((a, b) => a.ordinal - b.ordinal)
      )
  }
}

const missing = (operation: string) =>
  new WarehouseFailed({
    reason: "Missing",
    operation,
    detail: "nothing of this test has published it. Publish it first, in the test's own layers."
  })
