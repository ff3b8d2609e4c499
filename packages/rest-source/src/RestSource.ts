import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Answers from "./source/Answers.ts"
import type * as ApiPage from "./source/ApiPage.ts"
import type { Endpoint } from "./source/Endpoint.ts"
import * as Manifest from "./source/Manifest.ts"
import * as Paging from "./source/Paging.ts"
import type { Piece } from "./source/Piece.ts"
import * as Revisit from "./source/Revisit.ts"
import type { SourceError } from "./source/SourceError.ts"

/** The rows of one list of an API, page by page. */
export interface RestSource<A> {
  /** Every reading starts at the first page. */
  readonly pages: Stream.Stream<ApiPage.ApiPage<A>, SourceError>
  /**
   * Looks at the same pages again: `known` has what a reading is known by, all of its answers in order. Pages that the server
   * says are the same are not read. Fails with `NotComparable` if pages do not tell what has changed.
   */
  readonly since: (known: ReadonlyArray<Manifest.Known>) => ApiPage.Revisited<A>
}

export interface Options {
  /** Where the API is, without a query or credentials. */
  readonly url: URL
  /** Sent as a bearer token to the API's host only. */
  readonly token?: Redacted.Redacted | undefined
  /** Rows asked for at a time. */
  readonly pageSize: number
  /** Pages that are asked for while one is worked on. Default 4. */
  readonly fetchAhead?: number
  /** The most pages that are read before it is called endless. Default one million. */
  readonly maxPages?: number
  /** The most bytes of one answer, unpacked. Default 16 GiB: of an answer without pages, no more is ever in memory than of one with. */
  readonly maxBytes?: number
  /** The most bytes of one row, which is in memory whole, and some ten times as large as its text at the worst. Default 32 MiB. */
  readonly maxRowBytes?: number
  /** The longest silence before and within an answer. Default 30 seconds. */
  readonly idle?: Duration.DurationInput
  /** The longest that one answer may be waited for. Default 10 minutes, and as much again for each 64 MiB of it. */
  readonly total?: Duration.DurationInput
}

/**
 * A list of an API: `GET {url}/{name}?page=1&limit=5000`, and so on. `Answer.openUnless` says what the client must be like;
 * `Answers`, where answers are fetched and read.
 */
export const make = <A>(
  endpoint: Endpoint<A>,
  options: Options
): Effect.Effect<RestSource<A>, never, HttpClient.HttpClient> =>
  Effect.map(Effect.all([HttpClient.HttpClient, Answers.Answers]), ([client, answers]) => {
    const here = Effect.provide(Context.make(HttpClient.HttpClient, client).pipe(Context.add(Answers.Answers, answers)))
    const source = sourceOf(endpoint, options)
    return {
      pages: Paging.pages<A>({
        ...source,
        endpoint: source.address,
        fetch: (url) => here(Answers.open(url, source))
      }).pipe(
        Stream.map(({ answered, firstOrdinal, piece }) =>
          pageOf(
            piece,
            firstOrdinal,
            answered === undefined ? undefined : Manifest.entry(source.urlOf(answered.page), answered),
            answered?.total
          )
        )
      ),
      since: (known) =>
        Revisit.visits<A>(known, {
          ...source,
          openUnless: (page, validators) => here(Answers.openUnless(source.urlOf(page), source, validators))
        }).pipe(
          Stream.map(({ entry, firstOrdinal, piece }) => ({
            answer: entry,
            changed: piece === undefined ? undefined : pageOf(piece, firstOrdinal)
          }))
        )
    }
  })

const mebibyte = 1024 * 1024

const pageOf = <A>(
  { packed, page }: Piece<A>,
  firstOrdinal: number,
  answer?: Manifest.Entry,
  total?: number
): ApiPage.ApiPage<A> => ({
  get rows() {
    return page.rows
  },
  rejected: page.rejected.map((row) => ({ ...row, ordinal: firstOrdinal + row.ordinal })),
  unknownFields: page.unknownFields,
  packed,
  answer,
  total
})

/** Where an endpoint is, and how it is read. */
const sourceOf = <A>(endpoint: Endpoint<A>, options: Options) => {
  const { url, pageSize: limit, token, idle = "30 seconds", total = "10 minutes" } = options
  const { fetchAhead = 4, maxBytes = 16_384 * mebibyte, maxPages = 1_000_000, maxRowBytes = 32 * mebibyte } = options
  const target = new URL(`${url.pathname.replace(/\/+$/, "")}/${endpoint.name}`, url)
  return {
    endpoint,
    address: target.origin + target.pathname,
    urlOf: (page: number) => {
      const pageUrl = new URL(target)
      pageUrl.search = `?page=${page}&limit=${limit}`
      return pageUrl
    },
    ahead: fetchAhead,
    rowsOfPiece: Paging.rowsOfPiece(limit),
    ...{ limit, maxPages, token, maxBytes, maxRowBytes, idle, total }
  }
}
