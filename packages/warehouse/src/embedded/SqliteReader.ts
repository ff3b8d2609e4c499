import type { SqlError } from "@effect/sql/SqlError"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { turn } from "../internal/eventLoop.ts"
import { type Bound, rowsOf } from "../internal/libsqlDriver.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as JsonText from "./JsonText.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Ddl from "./SqliteDdl.ts"
import * as SqliteRow from "./SqliteRow.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/** Reads pages in one read transaction, so a publish in between is not visible. */
export const pages = <T extends Table.Any | View.Any>(
  store: SqliteStore,
  relation: T
): Stream.Stream<ReadonlyArray<Table.Row<T>>, SqlError> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      // A load that reads what it replaces must not wait for itself.
      const inside = yield* store.data.inTransaction
      const client = inside ? store.data : yield* store.reader(relation.visibility === "public" ? "public" : "all")
      if (!inside) yield* client.use(({ database }) => database.exec("BEGIN"))
      return pagesOver(client, relation)
    })
  )

/** The rows of any table or view over one connection. Personal values are wrapped. */
export const readOver = <T extends Table.Any | View.Any>(
  client: LibsqlClient,
  relation: T
): Stream.Stream<ReadonlyArray<Table.Row<T>>, WarehouseFailed> =>
  Stream.mapError(pagesOver(client, relation), (error) => Fault.translate(`read ${relation.name}`, error))

const rowsPerPage = 5_000

const pagesOver = <T extends Table.Any | View.Any>(client: LibsqlClient, relation: T) =>
  Stream.paginateEffect(undefined, (after: ReadonlyArray<Bound> | undefined) => nextPage(client, relation, after))

const nextPage = Effect.fnUntraced(function* <T extends Table.Any | View.Any>(
  client: LibsqlClient,
  relation: T,
  after: ReadonlyArray<Bound> | undefined
) {
  const columns = SqliteRow.selectList(relation.columns, Ddl.exactText, Ddl.quote)
  const key = relation._tag === "Table" ? relation.primaryKey : []
  const from = `SELECT ${columns} FROM ${Ddl.qualified(Ddl.schemaOf(relation), relation.name)}`
  const names = Ddl.list(key)
  const where = after === undefined ? "" : `WHERE (${names}) > (${after.map(() => "?").join(", ")})`
  const sql = key.length === 0 ? from : `${from} ${where} ORDER BY ${names} LIMIT ${rowsPerPage}`
  const values = yield* client.use((session) => session.values(sql, after ?? []))
  yield* turn
  const rows = rowsOf<Table.Row<T>>(SqliteRow.decoder(relation.columns)(values))
  const last = values.length < rowsPerPage || key.length === 0 ? undefined : rows.at(-1)
  return [rows, last === undefined ? Option.none() : Option.some(keyOf(relation, key, last))] as const
})

/** A row's key as it is bound. */
const keyOf = (relation: Table.Any | View.Any, key: ReadonlyArray<string>, row: Readonly<Record<string, unknown>>) => {
  const text = new JsonText.Writer()
  SqliteRow.encoder(keyColumns(relation, key))(row, 0, text)
  const [bound]: ReadonlyArray<ReadonlyArray<Bound>> = JSON.parse(text.rows().toString())
  return bound ?? []
}

const keyColumns = (relation: Table.Any | View.Any, key: ReadonlyArray<string>): Table.Columns =>
  Object.fromEntries(
    Object.entries(relation.columns).flatMap(([name, column]) => (key.includes(name) ? [[name, column]] : []))
  )
