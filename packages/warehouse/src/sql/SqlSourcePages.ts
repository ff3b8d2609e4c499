import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SourcePage, type SourcePages } from "../SourcePages.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { ErasureGate } from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import { createTable, type Parameter, type SqlDialect, textOf } from "./SqlDialect.ts"

const pagesTable = "sluice_source_pages"
const rowsTable = "sluice_page_rows"

/** The tables of the pages that sources were last read as, and of what tells their rows apart. Analysts cannot read them. */
export const tableNames = [pagesTable, rowsTable]

/** Creates the tables if they are missing. */
export const ensureTables = Effect.fn("SqlSourcePages.ensureTables")(function* (
  dialect: SqlDialect
): Effect.fn.Return<void, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const { bytes, integer, longText, text } = dialect.types
  const ddl = createTable(
    dialect,
    pagesTable,
    [
      ["source", `${text(64)} NOT NULL`],
      ["page", `${integer} NOT NULL`],
      ["version", `${text(128)} NOT NULL`],
      ["known_by", `${longText} NOT NULL`],
      ["ids", `${bytes} NOT NULL`]
    ],
    ["PRIMARY KEY (source, page)"]
  )
  // Apart from the ids, which are looked through more often and are a quarter of the bytes.
  const rowsDdl = createTable(
    dialect,
    rowsTable,
    [
      ["source", `${text(64)} NOT NULL`],
      ["page", `${integer} NOT NULL`],
      ["contents", `${bytes} NOT NULL`]
    ],
    ["PRIMARY KEY (source, page)"]
  )
  const create = Effect.zipRight(sql.unsafe(ddl), sql.unsafe(rowsDdl))
  yield* SqlBatch.translated(dialect, "create the tables of the pages of sources", create)
})

/** Forgets all sources, in the caller's transaction. */
export const forgetAll = (dialect: SqlDialect) =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.forEach(tableNames, (name) => sql.unsafe(`DELETE FROM ${dialect.table(name)}`), { discard: true })
  )

/** What is remembered of sources, over tables that exist. `gate` is that of all writers of the store. */
export const make = Effect.fn("SqlSourcePages.make")(function* (
  dialect: SqlDialect,
  gate: ErasureGate
): Effect.fn.Return<SourcePages.Service, never, SqlClient> {
  const sql = yield* SqlClient
  const table = dialect.table(pagesTable)
  const contentsTable = dialect.table(rowsTable)
  const run = <A, E, R>(operation: string, effect: Effect.Effect<A, E, R>) => SqlBatch.translated(dialect, operation, effect)

  const fromBoth = (where: string, parameters: ReadonlyArray<Parameter>) =>
    Effect.forEach([table, contentsTable], (from) => sql.unsafe(`DELETE FROM ${from} WHERE ${where}`, parameters), {
      discard: true
    })
  const drop = (source: string) => fromBoth("source = ?", [source])

  /** The bytes of some pages, by page. */
  const bytesOf = (what: "ids" | "contents", from: string) =>
    Effect.fn(`SqlSourcePages.${what}`)(function* (source: string, pages: ReadonlyArray<number>) {
      const all = new Map<number, Uint8Array>()
      const batches = SqlBatch.batches(
        dialect,
        pages.map((page) => [page])
      )
      for (const batch of batches) {
        const rows = yield* run(
          `read the ${what} of ${source}`,
          sql.unsafe<{ readonly page: number | string; readonly bytes: ArrayBuffer | Uint8Array }>(
            `SELECT page, ${what} AS bytes FROM ${from} WHERE source = ? AND page IN ${SqlBatch.placeholders(batch.length)}`,
            [source, ...batch.flat()]
          )
        )
        for (const { bytes, page } of rows)
          all.set(Number(page), bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes))
      }
      return all
    })

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

    ids: bytesOf("ids", table),
    contents: bytesOf("contents", contentsTable),

    replace: Effect.fn("SqlSourcePages.replace")(function* (source, runId, { pages, version }, rowsOf, since) {
      const operation = `remember the pages of ${source}`
      const insert = { head: `INSERT INTO ${table} (source, page, version, known_by, ids)` }
      const insertContents = { head: `INSERT INTO ${contentsTable} (source, page, contents)` }
      const write = Effect.gen(function* () {
        yield* Effect.provideService(gate.pass(runId, operation, { lock: true }), SqlClient, sql)
        if (since === undefined) yield* drop(source)
        else {
          // A reading's version is with its first page: a new one need not be written into all others.
          const [first] = yield* sql.unsafe<{ readonly version: string }>(
            `SELECT version FROM ${table} WHERE source = ? AND page = 1${dialect.forUpdate}`,
            [source]
          )
          if (first?.version !== since) return yield* drop(source)
          yield* fromBoth("source = ? AND page > ?", [source, pages.length])
          for (const batch of SqlBatch.batches(
            dialect,
            [...rowsOf.keys()].map((page) => [page])
          )) {
            yield* fromBoth(`source = ? AND page IN ${SqlBatch.placeholders(batch.length)}`, [source, ...batch.flat()])
          }
          yield* sql.unsafe(`UPDATE ${table} SET version = ? WHERE source = ? AND page = 1`, [version, source])
        }
        const changed = pages.filter(({ page }) => rowsOf.has(page))
        for (let at = 0; at < changed.length; at += pagesAtOnce) {
          const all = yield* Effect.forEach(changed.slice(at, at + pagesAtOnce), (page) =>
            Effect.map(rowsOf.get(page.page) ?? noRows, ({ contents, ids }) => ({
              page: [source, page.page, version, JSON.stringify(page), buffer(ids)],
              contents: [source, page.page, buffer(contents)]
            }))
          )
          yield* SqlBatch.insert(
            sql,
            dialect,
            insert,
            all.map(({ page }) => page)
          )
          yield* SqlBatch.insert(
            sql,
            dialect,
            insertContents,
            all.map(({ contents }) => contents)
          )
        }
      })
      yield* SqlBatch.transaction(sql, dialect, operation, write)
    }),

    forget: Effect.fn("SqlSourcePages.forget")((source) => Effect.asVoid(run(`forget the pages of ${source}`, drop(source))))
  }
})

/** So many pages' ids are in memory at once. */
const pagesAtOnce = 32

const noRows = Effect.succeed({ ids: new Uint8Array(), contents: new Uint8Array() })

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const decode = Schema.decodeOption(Schema.parseJson(SourcePage))

/** What another version has written is as good as nothing. */
const decodePage = (text: string): ReadonlyArray<SourcePage> => Option.toArray(decode(text))
