import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type PageIds, SourcePage, type SourcePages } from "../SourcePages.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { ErasureGate } from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { createTable, type SqlDialect, textOf } from "./SqlDialect.ts"

/** The table of the pages that sources were last read as. Analysts cannot read it. */
export const tableName = "sluice_source_pages"

/** Creates the table if it is missing. */
export const ensureTables = Effect.fn("SqlSourcePages.ensureTables")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { bytes, integer, longText, text } = dialect.types
  const ddl = createTable(
    dialect,
    tableName,
    [
      ["source", `${text(64)} NOT NULL`],
      ["page", `${integer} NOT NULL`],
      ["version", `${text(128)} NOT NULL`],
      ["known_by", `${longText} NOT NULL`],
      ["ids", `${bytes} NOT NULL`]
    ],
    ["PRIMARY KEY (source, page)"]
  )
  yield* SqlBatch.translated(dialect, "create the table of the pages of sources", sql.unsafe(ddl))
})

/** Forgets all sources, in the caller's transaction. */
export const forgetAll = (dialect: SqlDialect) =>
  Effect.flatMap(SqlClient, (sql) => sql.unsafe(`DELETE FROM ${dialect.table(tableName)}`))

/** What is remembered of sources, over a table that exists. `gate` is that of all writers of the store. */
export const make = Effect.fn("SqlSourcePages.make")(function* (
  dialect: SqlDialect,
  gate: ErasureGate
): Effect.fn.Return<SourcePages.Service, never, SqlClient> {
  const sql = yield* SqlClient
  const table = dialect.table(tableName)
  const run = <A, E, R>(operation: string, effect: Effect.Effect<A, E, R>) => SqlBatch.translated(dialect, operation, effect)

  const drop = (source: string) => sql.unsafe(`DELETE FROM ${table} WHERE source = ?`, [source])

  return {
    load: Effect.fn("SqlSourcePages.load")(function* (source) {
      const rows = yield* run(
        `read the pages of ${source}`,
        sql.unsafe<{ readonly version: string; readonly known_by: string | Uint8Array }>(
          `SELECT version, ${dialect.exactText("known_by")} AS known_by FROM ${table} WHERE source = ? ORDER BY page`,
          [source]
        )
      )
      const version = rows[0]?.version
      const pages = rows.flatMap((row) => decodePage(textOf(row.known_by)))
      const whole = pages.length === rows.length && pages.every(({ page }, at) => page === at + 1)
      return version === undefined || !whole ? undefined : { version, pages }
    }),

    ids: Effect.fn("SqlSourcePages.ids")(function* (source, pages) {
      const all = new Map<number, PageIds>()
      const batches = SqlBatch.batches(
        dialect,
        pages.map((page) => [page])
      )
      for (const batch of batches) {
        const rows = yield* run(
          `read the ids of ${source}`,
          sql.unsafe<{ readonly page: number | string; readonly ids: ArrayBuffer | Uint8Array }>(
            `SELECT page, ids FROM ${table} WHERE source = ? AND page IN ${SqlBatch.placeholders(batch.length)}`,
            [source, ...batch.flat()]
          )
        )
        for (const { ids, page } of rows) all.set(Number(page), ids instanceof Uint8Array ? ids : new Uint8Array(ids))
      }
      return all
    }),

    replace: Effect.fn("SqlSourcePages.replace")(function* (source, runId, { pages, version }, ids, since) {
      const operation = `remember the pages of ${source}`
      const insert = { head: `INSERT INTO ${table} (source, page, version, known_by, ids)` }
      const write = Effect.gen(function* () {
        yield* Effect.provideService(gate.pass(runId, operation, { lock: true }), SqlClient, sql)
        if (since === undefined) yield* drop(source)
        else {
          const found = yield* sql.unsafe<{ readonly version: string }>(
            `SELECT version FROM ${table} WHERE source = ?${dialect.forUpdate}`,
            [source]
          )
          if (found.length === 0 || found.some((row) => row.version !== since)) {
            yield* drop(source)
            return
          }
          yield* sql.unsafe(`DELETE FROM ${table} WHERE source = ? AND page > ?`, [source, pages.length])
          for (const batch of SqlBatch.batches(
            dialect,
            [...ids.keys()].map((page) => [page])
          )) {
            const where = `source = ? AND page IN ${SqlBatch.placeholders(batch.length)}`
            yield* sql.unsafe(`DELETE FROM ${table} WHERE ${where}`, [source, ...batch.flat()])
          }
          yield* sql.unsafe(`UPDATE ${table} SET version = ? WHERE source = ?`, [version, source])
        }
        const changed = pages.filter(({ page }) => ids.has(page))
        for (let at = 0; at < changed.length; at += pagesAtOnce) {
          const rows = yield* Effect.forEach(changed.slice(at, at + pagesAtOnce), (page) =>
            Effect.map(ids.get(page.page) ?? noIds, (bytes) => [
              source,
              page.page,
              version,
              JSON.stringify(page),
              Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
            ])
          )
          yield* SqlBatch.insert(sql, dialect, insert, rows)
        }
      })
      yield* SqlBatch.transaction(sql, dialect, operation, write)
    }),

    forget: Effect.fn("SqlSourcePages.forget")((source) => Effect.asVoid(run(`forget the pages of ${source}`, drop(source))))
  }
})

/** So many pages' ids are in memory at once. */
const pagesAtOnce = 32

const noIds = Effect.succeed(new Uint8Array())

const decode = Schema.decodeOption(Schema.parseJson(SourcePage))

/** What another version has written is as good as nothing. */
const decodePage = (text: string): ReadonlyArray<SourcePage> => Option.toArray(decode(text))
