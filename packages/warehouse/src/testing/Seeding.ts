import { SqlClient } from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import type { SpillFailed } from "@sluice/core/data/Spill"
import type * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import * as Fault from "../embedded/LibsqlFault.ts"
import * as Ddl from "../embedded/SqliteDdl.ts"
import * as SqliteLoader from "../embedded/SqliteLoader.ts"
import type { SqliteStore } from "../embedded/SqliteStore.ts"
import type { PiiMasker } from "../PiiMasker.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { CountedIds } from "./CountedIds.ts"
import type { Contents } from "./published.ts"

/** The id of the run that wrote the seeded rows. */
export const runId = "seed"

interface Into {
  readonly store: SqliteStore
  readonly masker: PiiMasker["Type"]
  readonly ids: CountedIds
}

/** Fills a warehouse: first the relations with rows, then the other relations, with all relations that they read. */
export const seed = Effect.fn("Seeding.seed")(function* (
  into: Into,
  contents: ReadonlyArray<Contents>
): Effect.fn.Return<void, WarehouseFailed> {
  const { store } = into
  for (const content of contents) {
    if (content._tag === "Mask") yield* seedMask(into, content.mask, content.ids)
    else if (content.rows !== undefined) yield* seedTable(store, standIn(content.relation), content.rows)
  }
  for (const content of contents) if (content._tag === "Relation") yield* ensure(store, content.relation)
})

/** A table with the columns of a relation. It replaces a view that is seeded with rows. */
const standIn = (relation: Table.Any | View.Any): Table.Any =>
  relation._tag === "Table"
    ? relation
    : Table.make(relation.name, { description: relation.description, columns: relation.columns, primaryKey: [] })

const seedTable = (store: SqliteStore, table: Table.Any, rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  Effect.gen(function* () {
    yield* store.data.use((session) => session.run(Ddl.createTable(table, table.name), []))
    yield* SqliteLoader.load(store.data, table, table.name, Dataset.fromArray(rows), () => {})
    yield* store.data.use((session) => {
      for (const index of Ddl.createIndexes(table)) session.run(index, [])
    })
    const mark = SqlMarks.set(store.words.records, table.name, runId, rows.length)
    yield* Effect.provideService(mark, SqlClient, store.data.sql)
  }).pipe(store.data.withTransaction, failing(table))

/** Creates a missing relation, a table without rows, after the relations that a view reads. */
const ensure = (store: SqliteStore, relation: Table.Any | View.Any): Effect.Effect<void, WarehouseFailed> =>
  Effect.gen(function* () {
    const found = yield* store.data.use((session) =>
      session.values(`SELECT 1 FROM ${Ddl.quote(Ddl.schemaOf(relation))}.sqlite_master WHERE name = ?`, [relation.name])
    )
    if (found.length > 0) return
    if (relation._tag === "Table") return yield* seedTable(store, relation, [])
    for (const read of relation.on) yield* ensure(store, read)
    yield* store.data.use((session) => session.run(Ddl.createView(relation), []))
  }).pipe(failing(relation))

const seedMask = (into: Into, mask: Mask.Any, ids: ReadonlyMap<string, number>) =>
  Effect.forEach(
    ids,
    ([value, id]) => into.ids.given(mask, id, into.masker.ids(mask, Dataset.of(Pii.make(mask.kind, value)))),
    { discard: true }
  ).pipe(Effect.provideService(StepContext, StepContext.unobserved(runId, runId)), failing(mask))

/** Names the relation that could not be seeded. The rows are the test's own, not an asset's. */
const failing =
  ({ name }: { readonly name: string }) =>
  <A, R>(effect: Effect.Effect<A, WarehouseFailed | SpillFailed | SqlError, R>): Effect.Effect<A, WarehouseFailed, R> =>
    Effect.mapError(effect, (error) => {
      const operation = `seed ${name}`
      if (error instanceof SqlError) return Fault.translate(operation, error)
      return new WarehouseFailed({ reason: "RowRejected", operation, detail: error.message })
    })
