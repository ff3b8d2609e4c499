import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { SourcePage, type SourcePages } from "@sluice/core/source/SourcePages"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ErasureGate } from "./ErasureGate.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { PipelineDialect } from "./SqlDialect.ts"
import * as SqlRows from "./SqlRows.ts"
import { asStoreFailed } from "./storeFailed.ts"

const pagesTable = "sluice_source_pages"
const rowsTable = "sluice_page_rows"

/** The tables of remembered source pages and of their rows' hashes. Analysts cannot read them. */
export const tableNames = [pagesTable, rowsTable]

/** Forgets all sources in the caller's transaction. */
export const forgetAll = (dialect: PipelineDialect): Effect.Effect<void, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.forEach(
      tableNames,
      (name) => sql`DELETE FROM ${sql.literal(dialect.table(name))} WHERE pipeline = ${dialect.pipeline}`,
      { discard: true }
    )
  )

/** Remembered pages, over existing tables. All writers of the store share `gate`. */
export const make = Effect.fn("SqlSourcePages.make")(function* (
  dialect: PipelineDialect,
  gate: ErasureGate
): Effect.fn.Return<SourcePages.Service, never, SqlClient> {
  const sql = yield* SqlClient
  const { pipeline } = dialect
  const table = sql.literal(dialect.table(pagesTable))
  const contentsTable = sql.literal(dialect.table(rowsTable))
  const run = <A, E, R>(operation: string, effect: Effect.Effect<A, E, R>) =>
    asStoreFailed(SqlBatch.translated(dialect, operation, effect))

  const of = (source: string) => sql`pipeline = ${pipeline} AND source = ${source}`
  const drop = (where: Fragment) =>
    Effect.forEach([table, contentsTable], (from) => sql`DELETE FROM ${from} WHERE ${where}`, { discard: true })

  /** The bytes of some pages, by page number. */
  const bytesOf = (what: "ids" | "contents", from: Fragment) =>
    Effect.fn(`SqlSourcePages.${what}`)(function* (source: string, pages: ReadonlyArray<number>) {
      const all = new Map<number, Uint8Array>()
      for (const batch of SqlBatch.valueBatches(dialect, pages)) {
        const select = sql`SELECT page, ${sql(what)} AS bytes FROM ${from} WHERE ${of(source)} AND ${sql.in("page", batch)}`
        const rows = yield* run(`read the ${what} of ${source}`, SqlRows.all(BytesRow, select))
        for (const { bytes, page } of rows) all.set(page, bytes)
      }
      return all
    })

  return {
    load: Effect.fn("SqlSourcePages.load")(function* (source) {
      const knownBy = sql.literal(dialect.exactText("known_by"))
      const select = sql`SELECT version, ${knownBy} AS known_by FROM ${table} WHERE ${of(source)} ORDER BY page`
      const rows = yield* run(`read the pages of ${source}`, SqlRows.all(PageRow, select))
      const version = rows[0]?.version
      const pages = rows.flatMap((row) => decodePage(row.known_by))
      const whole = pages.length === rows.length && pages.every(({ page }, at) => page === at + 1)
      return version === undefined || !whole ? undefined : { version, pages }
    }),

    ids: bytesOf("ids", table),
    contents: bytesOf("contents", contentsTable),

    replace: Effect.fn("SqlSourcePages.replace")(function* (source, runId, { pages, version }, rowsOf, since) {
      const operation = `remember the pages of ${source}`
      const write = Effect.gen(function* () {
        yield* Effect.provideService(gate.pass(runId, operation, { lock: true }), SqlClient, sql)
        if (since === undefined) yield* drop(of(source))
        else {
          // A reading's version is stored with its first page only, so a new version does not rewrite the others.
          const first = yield* SqlRows.first(
            Schema.Struct({ version: Schema.String }),
            sql`SELECT version FROM ${table} WHERE ${of(source)} AND page = 1${sql.literal(dialect.forUpdate)}`
          )
          if (first?.version !== since) return yield* drop(of(source))
          yield* drop(sql`${of(source)} AND page > ${pages.length}`)
          for (const batch of SqlBatch.valueBatches(dialect, [...rowsOf.keys()])) {
            yield* drop(sql`${of(source)} AND ${sql.in("page", batch)}`)
          }
          yield* sql`UPDATE ${table} SET version = ${version} WHERE ${of(source)} AND page = 1`
        }
        const changed = pages.filter(({ page }) => rowsOf.has(page))
        for (let at = 0; at < changed.length; at += pagesAtOnce) {
          const all = yield* Effect.forEach(changed.slice(at, at + pagesAtOnce), (page) =>
            Effect.map(rowsOf.get(page.page) ?? noRows, ({ contents, ids }) => ({ page, contents, ids }))
          )
          yield* SqlBatch.insert(
            sql,
            dialect,
            { table: pagesTable },
            all.map(({ ids, page }) => {
              const known_by = JSON.stringify(page)
              return { pipeline, source, page: page.page, version, known_by, ids: buffer(ids) }
            })
          )
          yield* SqlBatch.insert(
            sql,
            dialect,
            { table: rowsTable },
            all.map(({ contents, page }) => ({ pipeline, source, page: page.page, contents: buffer(contents) }))
          )
        }
      })
      yield* asStoreFailed(SqlBatch.transaction(sql, dialect, operation, write))
    }),

    forget: Effect.fn("SqlSourcePages.forget")((source) =>
      Effect.asVoid(run(`forget the pages of ${source}`, drop(of(source))))
    )
  }
})

const BytesRow = Schema.Struct({ page: SqlRows.Count, bytes: SqlRows.Bytes })
const PageRow = Schema.Struct({ version: Schema.String, known_by: SqlRows.ExactText })

/** Pages whose ids are in memory at once. */
const pagesAtOnce = 32

const noRows = Effect.succeed({ ids: new Uint8Array(), contents: new Uint8Array() })

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const decode = Schema.decodeOption(Schema.parseJson(SourcePage))

/** Pages that another version wrote are ignored. */
const decodePage = (text: string): ReadonlyArray<SourcePage> => Option.toArray(decode(text))
