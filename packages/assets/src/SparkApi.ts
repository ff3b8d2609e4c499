import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type * as Message from "./domain/Message.ts"
import type * as Page from "./domain/Page.ts"
import type * as User from "./domain/User.ts"
import type { PackedRows } from "./intake/PackedRows.ts"
import * as Answers from "./source/Answers.ts"
import * as Endpoint from "./source/Endpoint.ts"
import * as Manifest from "./source/Manifest.ts"
import * as Paging from "./source/Paging.ts"
import type { Piece } from "./source/Piece.ts"
import * as Revisit from "./source/Revisit.ts"
import type { SourceError } from "./source/SourceError.ts"

/**
 * Users and messages as the API has them now, decoded page by page. Every reading starts at the first page: one that is
 * tried again reads a fresh snapshot, never the rest of an old one.
 */
export class SparkApi extends Context.Tag("@sluice/assets/SparkApi")<
  SparkApi,
  {
    readonly users: Stream.Stream<ApiPage<User.User>, SourceError>
    readonly messages: Stream.Stream<ApiPage<Message.Message>, SourceError>
    /**
     * The same pages looked at again, where a reading is known by its answers, all of them in order: only those that the
     * server does not say are the same are read. Fails with `NotComparable` where pages do not tell what has changed.
     */
    readonly since: {
      readonly users: (known: ReadonlyArray<Manifest.Known>) => Revisited<User.User>
      readonly messages: (known: ReadonlyArray<Manifest.Known>) => Revisited<Message.Message>
    }
  }
>() {
  /**
   * Reads over HTTP: `GET {url}/users?page=1&limit=5000`, and so on. `Answer.openUnless` says what the client must be
   * like; `Answers`, where answers are fetched and read.
   */
  static readonly layer = (options: Options): Layer.Layer<SparkApi, never, HttpClient.HttpClient> =>
    Layer.effect(
      SparkApi,
      Effect.map(Effect.all([HttpClient.HttpClient, Answers.Answers]), ([client, answers]) => {
        const here = Effect.provide(Context.make(HttpClient.HttpClient, client).pipe(Context.add(Answers.Answers, answers)))
        const read = <A>(endpoint: Endpoint.Endpoint<A>): Stream.Stream<ApiPage<A>, SourceError> => {
          const source = sourceOf(endpoint, options)
          return Paging.pages<A>({
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
          )
        }
        const since =
          <A>(endpoint: Endpoint.Endpoint<A>) =>
          (known: ReadonlyArray<Manifest.Known>): Revisited<A> => {
            const source = sourceOf(endpoint, options)
            return Revisit.visits<A>(known, {
              ...source,
              openUnless: (page, validators) => here(Answers.openUnless(source.urlOf(page), source, validators))
            }).pipe(
              Stream.map(({ entry, firstOrdinal, piece }) => ({
                answer: entry,
                changed: piece === undefined ? undefined : pageOf(piece, firstOrdinal)
              }))
            )
          }
        return {
          users: read(Endpoint.users),
          messages: read(Endpoint.messages),
          since: { users: since(Endpoint.users), messages: since(Endpoint.messages) }
        }
      })
    )
}

/** A page of decoded rows, and where an answer ended with it, what that answer is known by. */
export interface ApiPage<out A> extends Page.Page<A> {
  readonly answer?: Manifest.Entry | undefined
  /** The rows of all pages together, as far as the server has told until now. */
  readonly total?: number | undefined
  /** The rows as they are kept, where that is done already: then `rows` unpacks them, and is best left alone. */
  readonly packed?: PackedRows | undefined
}

/** A page that was looked at again: what it is known by, and its rows where it may have changed. */
export interface RevisitedPage<out A> {
  readonly answer: Manifest.Entry
  readonly changed: ApiPage<A> | undefined
}

export type Revisited<A> = Stream.Stream<RevisitedPage<A>, SourceError | Revisit.NotComparable>

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

const mebibyte = 1024 * 1024

const pageOf = <A>(
  { packed, page }: Piece<A>,
  firstOrdinal: number,
  answer?: Manifest.Entry,
  total?: number
): ApiPage<A> => ({
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
const sourceOf = <A>(endpoint: Endpoint.Endpoint<A>, options: Options) => {
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
