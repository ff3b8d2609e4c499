import * as Packed from "@sluice/core/data/Packed"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Endpoint } from "../../src/source/Endpoint.ts"
import type { HttpPage } from "../../src/source/HttpPage.ts"
import type { Pagination } from "../../src/source/Pagination.ts"
import * as Paging from "../../src/source/Paging.ts"
import * as RowChunk from "../../src/source/RowChunk.ts"
import * as SourceError from "../../src/source/SourceError.ts"

export const endpoint = "http://api/users"
export const urlOf = (page: number) => new URL(`${endpoint}?page=${page}`)
/** Numbered pages. */
export const numbered = { byNumber: true, urlOf, urlOfNext: (next: string) => new URL(next) }
export const rowsOf = (...ids: ReadonlyArray<number>) => ids.map((id) => ({ id: String(id) }))
export const upTo = (count: number) => rowsOf(...Array.from({ length: count }, (_, i) => i))
export const rejected = (status: number, page?: number) =>
  new SourceError.SourceRejected({ endpoint, status, retryAfterMillis: undefined, page })

type Rows = ReadonlyArray<unknown>
export type Reply = Rows | SourceError.SourceError | { readonly rows: Rows; readonly pagination: Pagination }

/** Rows are not decoded. */
export const anyRows: Endpoint<unknown> = {
  name: "users",
  decoder: { known: new Map(), idOf: () => null, decode: (row) => row },
  codec: Packed.codec({
    write: (row, sink) => sink.put(JSON.stringify(row)),
    reading: () => (cursor) => JSON.parse(cursor.text())
  }),
  id: (row) => JSON.stringify(row)
}

/** An answer with these rows, whose chunks arrive `atOnce` at a time. */
export const answerOf = (
  rows: ReadonlyArray<unknown>,
  limit: number,
  atOnce = 1,
  pagination: Pagination = {}
): HttpPage<unknown> => {
  const size = Paging.rowsOfChunk(limit)
  const chunks = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    RowChunk.chunkOf(anyRows, rows.slice(i * size, (i + 1) * size))
  )
  return {
    validators: {},
    pagination,
    next: Effect.sync(() => {
      const some = chunks.splice(0, atOnce)
      return { chunks: some, isLast: chunks.length === 0, bytes: 0 }
    })
  }
}

/** Reads all pages of a server, on which `answer` decides the nth answer for a page. Returns the requests and the rows. */
export const read = (
  limit: number,
  answer: (page: number, nth: number) => Reply,
  { ahead = 0, maxPages = 20, atOnce = 1 } = {}
) =>
  Effect.gen(function* () {
    const asked: Array<number> = []
    const pages = yield* Paging.pages({
      endpoint,
      limit,
      maxPages,
      ahead,
      ...numbered,
      fetch: (url) =>
        Effect.suspend(() => {
          const page = Number(url.searchParams.get("page"))
          asked.push(page)
          const answered = answer(page, asked.filter((one) => one === page).length)
          if ("_tag" in answered) return Effect.fail(answered)
          const { pagination, rows } = "rows" in answered ? answered : { rows: answered, pagination: {} }
          return Effect.succeed(answerOf(rows, limit, atOnce, pagination))
        })
    }).pipe(
      Stream.filter(({ chunk }) => chunk.size > 0),
      Stream.map(({ firstOrdinal, chunk }) => ({ rows: chunk.page.rows, firstOrdinal })),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.catchAll((error) => Effect.succeed(error.message))
    )
    return { asked, pages }
  })

export const paged = (rows: ReadonlyArray<unknown>, limit: number) => (page: number) =>
  rows.slice((page - 1) * limit, page * limit)
