import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ErasureGate, isAboutPeople } from "../sql/ErasureGate.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlText from "../sql/SqlText.ts"
import { WarehouseReader } from "../WarehouseReader.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteQuery from "./SqliteQuery.ts"
import * as SqliteReader from "./SqliteReader.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/** Reads the tables and views of an open store. */
export const make = (store: SqliteStore, gate: ErasureGate): WarehouseReader["Type"] => {
  const { records } = store.words
  const here = SqlBatch.over(store.data.sql, records)

  return WarehouseReader.of({
    read: (relation) => {
      const operation = `read ${relation.name}`
      const pages = Stream.mapError(SqliteReader.pages(store, relation), (error) => Fault.translate(operation, error))
      return isAboutPeople(relation) ? Stream.unwrap(Effect.as(here(operation, gate.beginStep), pages)) : pages
    },

    query: (sql, as, limit) => SqliteQuery.query(store, sql, as, limit),

    measure: (select, parameters = []) => SqliteQuery.measure(store, select(Ddl.quote), parameters),

    inspect: Effect.fn("SqliteWarehouseReader.inspect")(function* (relation) {
      const operation = `inspect ${relation}`
      const columns = yield* here(operation, SqlText.columnNames(Ddl.dialect("main"), relation))
      const owner = yield* here(operation, SqlMarks.ofOwner(records, relation))
      return { columns, owner }
    }),

    marks: here("read who wrote each table", SqlMarks.all(records)),

    countsQuickly: true
  })
}
