import { SqlClient } from "@effect/sql/SqlClient"
import * as Dataset from "@sluice/core/data/Dataset"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as MemoryStore from "../embedded/MemoryStore.ts"
import * as SqliteReader from "../embedded/SqliteReader.ts"
import * as SqliteWarehouse from "../embedded/SqliteWarehouse.ts"
import * as SqliteWarehouseAudit from "../embedded/SqliteWarehouseAudit.ts"
import * as SqliteWarehouseReader from "../embedded/SqliteWarehouseReader.ts"
import { PiiMasker } from "../PiiMasker.ts"
import * as ErasureGate from "../sql/ErasureGate.ts"
import * as SqlMaskStore from "../sql/SqlMaskStore.ts"
import * as SqlQuarantine from "../sql/SqlQuarantine.ts"
import { Warehouse } from "../Warehouse.ts"
import { WarehouseAudit } from "../WarehouseAudit.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { WarehousePorts } from "../WarehousePorts.ts"
import { WarehouseReader } from "../WarehouseReader.ts"
import * as CountedIds from "./CountedIds.ts"
import type { Contents } from "./published.ts"
import * as Seeding from "./Seeding.ts"

/** One write, as a reader sees it. */
export interface Write {
  readonly kind: "table" | "view" | "mask" | "quarantine"
  /** The name of the table, view or mask; for a quarantine, its source. */
  readonly relation: string
  /** All rows, in key order; of a mask, the new rows. */
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
}

/** The warehouse of a test. */
export class TestWarehouse extends Context.Tag("@sluice/warehouse/TestWarehouse")<
  TestWarehouse,
  {
    /** All writes, in order. */
    readonly writes: Effect.Effect<ReadonlyArray<Write>>
    /** Fills an empty warehouse. Call it before anything is published. */
    readonly seed: (contents: ReadonlyArray<Contents>) => Effect.Effect<void, WarehouseFailed>
  }
>() {
  /**
   * The embedded store in memory, for tests of assets and of graphs. Published rows are checked against their declaration, and
   * SQL works as in `sqlite:DIRECTORY`. Mask ids count from 1. Nobody was erased.
   * Dynamic partitions have no keys. Every layer is a new, empty store.
   */
  static readonly layer: Layer.Layer<
    TestWarehouse | WarehousePorts | PiiMasker | Quarantine | Suppressions | DynamicKeys,
    WarehouseFailed
  > = Layer.merge(
    Layer.provide(Layer.scopedContext(Effect.suspend(() => make)), Layer.succeed(PipelineName, "test")),
    DynamicKeys.layerMemory
  )
}

const make = Effect.gen(function* () {
  const store = yield* MemoryStore.open
  const { records } = store.words
  const gate = ErasureGate.make(records)
  const warehouse = SqliteWarehouse.make(store, gate)
  const masker = yield* Effect.provideService(SqlMaskStore.make(records, gate), SqlClient, store.data.sql)
  const quarantine = yield* Effect.provideService(SqlQuarantine.make(records, gate), SqlClient, store.data.sql)
  const ids = CountedIds.make()

  const writes: Array<Write> = []
  const record = (write: Write) => void writes.push(write)
  const rowsOf = (relation: Table.Any | View.Any) =>
    Effect.map(Stream.runCollect(SqliteReader.readOver(store.data, relation)), (pages) =>
      Chunk.toReadonlyArray(pages).flat()
    )
  /** Records a relation's rows, as a reader sees them, after a write. */
  const recorded = <A, E, R>(kind: "table" | "view", relation: Table.Any | View.Any, write: Effect.Effect<A, E, R>) =>
    Effect.tap(write, () => Effect.map(rowsOf(relation), (rows) => record({ kind, relation: relation.name, rows })))

  return Context.make(TestWarehouse, {
    writes: Effect.sync(() => [...writes]),
    seed: (contents) => Seeding.seed({ store, masker, ids }, contents)
  }).pipe(
    Context.add(Warehouse, {
      ...warehouse,
      replacePartitions: (table, slice, rows, options) =>
        recorded("table", table, warehouse.replacePartitions(table, slice, rows, options)),
      replacePartitionsSelect: (table, slice, select, options) =>
        recorded("table", table, warehouse.replacePartitionsSelect(table, slice, select, options)),
      publish: (table, rows) => recorded("table", table, warehouse.publish(table, rows)),
      publishSelect: (table, select) => recorded("table", table, warehouse.publishSelect(table, select)),
      amend: (table, changes, by) => recorded("table", table, warehouse.amend(table, changes, by)),
      publishView: (view) => recorded("view", view, warehouse.publishView(view))
    }),
    Context.add(WarehouseReader, SqliteWarehouseReader.make(store, gate)),
    Context.add(WarehouseAudit, SqliteWarehouseAudit.make(store)),
    Context.add(PiiMasker, {
      load: masker.load,
      ids: <K extends string>(mask: Mask.Mask<string, K>, values: Parameters<typeof masker.ids<K>>[1]) => {
        const before = ids.last(mask)
        return Effect.tap(ids.counted(mask, masker.ids(mask, values)), () =>
          Effect.map(rowsOf(mask), (rows) =>
            record({ kind: "mask", relation: mask.name, rows: rows.filter((row) => Number(row["id"]) > before) })
          )
        )
      }
    }),
    Context.add(Quarantine, {
      list: quarantine.list,
      replace: (source, runId, rows, options) =>
        Effect.flatMap(Dataset.toArray(rows), (all) =>
          Effect.map(quarantine.replace(source, runId, Dataset.fromArray(all), options), () =>
            record({ kind: "quarantine", relation: source, rows: all.map((row) => ({ ...row })) })
          )
        )
    }),
    Context.add(Suppressions, Suppressions.none)
  )
})
