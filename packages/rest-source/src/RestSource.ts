import type * as HttpClient from "@effect/platform/HttpClient"
import * as RowCodec from "@sluice/core/data/RowCodec"
import type { Slice } from "@sluice/core/partition/Slice"
import * as SchemaDecoder from "@sluice/core/source/SchemaDecoder"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Ingest from "./ingest/Ingest.ts"
import * as PagingStyle from "./PagingStyle.ts"
import type * as ApiPage from "./source/ApiPage.ts"
import * as ConditionalFetch from "./source/ConditionalFetch.ts"
import type { Endpoint } from "./source/Endpoint.ts"
import * as Manifest from "./source/Manifest.ts"
import type { RowChunk } from "./source/RowChunk.ts"
import type * as SourceError from "./source/SourceError.ts"

/** The rows of one list of an API, page by page. */
export interface RestSource<A> {
  /** Each reading starts at the first page. */
  readonly pages: Stream.Stream<ApiPage.ApiPage<A>, SourceError.SourceError>
  /**
   * Reads the changed pages. `known` describes all answers of an earlier reading, in order. Pages that the server calls
   * unchanged are not read. Fails with `NotComparable` if the pages do not show what has changed.
   */
  readonly since: (known: ReadonlyArray<Manifest.Known>) => ApiPage.Refetched<A>
}

export interface Options {
  /** Where the list is, without credentials. */
  readonly url: URL
  /** The keys of the settings with the address, the token and so on. Errors advise to check them. */
  readonly settings?: SourceError.Settings
  /** How the pages are requested. Default `PagingStyle.pageNumbers()`. */
  readonly paging?: PagingStyle.PagingStyle | undefined
  /** The windows whose rows are requested. Default: all rows. */
  readonly within?: Within | undefined
  /** Sent as a bearer token to the API's host only. */
  readonly token?: Redacted.Redacted | undefined
  /** Rows per request. Default 100. */
  readonly pageSize?: number
  /** Pages requested ahead while one is processed. Default 4. */
  readonly fetchAhead?: number
  /** The maximum number of pages; a longer list fails. Default one million. */
  readonly maxPages?: number
  /** The maximum bytes of one answer, unpacked. Default 16 GiB. An unpaged answer needs no more memory than a paged one. */
  readonly maxBytes?: number
  /** The maximum bytes of one row. Default 32 MiB. A whole row is in memory, at worst in ten times the size of its text. */
  readonly maxRowBytes?: number
  /** The longest silence before and within an answer. Default 30 seconds. */
  readonly idle?: Duration.DurationInput
  /** The maximum wait for one answer. Default 10 minutes, plus 10 for each 64 MiB of it. */
  readonly total?: Duration.DurationInput
}

/** Requests the rows of an asset's partitions, by parameters of the API. Rows outside of them fail a table that is cut. */
export interface Within {
  /** The slice that `materialize` is given. */
  readonly slice: Pick<Slice, "window"> & { readonly space: Pick<Slice["space"], "name"> }
  /** The parameter for the first instant of the partitions. */
  readonly since: string
  /** The parameter for the first instant after them. */
  readonly until: string
  /** Writes an instant, in milliseconds since the epoch. Default: `2024-08-01T00:00:00.000Z`. */
  readonly format?: (instant: number) => string
}

/**
 * A list of an API, page by page. `HttpPage.openUnless` lists the requirements on the client. `PageReader` decides where
 * answers are fetched and read.
 */
export const make = <A>(
  endpoint: Endpoint<A>,
  options: Options
): Effect.Effect<RestSource<A>, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const [Http, PageReader, Paging, Errors] = yield* readingCode
    const client = yield* Http.HttpClient
    const answers = yield* PageReader.PageReader
    const here = Effect.provide(Context.make(Http.HttpClient, client).pipe(Context.add(PageReader.PageReader, answers)))
    const list = sourceOf(endpoint, options)
    const source = { ...list, rowsOfChunk: Paging.rowsOfChunk(list.limit) }
    const { settings } = options
    const named = (error: SourceError.SourceError) => (settings === undefined ? error : Errors.withSettings(error, settings))
    return {
      pages: Paging.pages<A>({
        ...source,
        endpoint: source.address,
        fetch: (url) => here(PageReader.open(url, source))
      }).pipe(
        Stream.map(({ answered, firstOrdinal, chunk }) =>
          pageOf(
            chunk,
            firstOrdinal,
            answered === undefined ? undefined : Manifest.entry(source.urlOf(answered.page), answered),
            answered?.total
          )
        ),
        Stream.mapError(named)
      ),
      since: (known) =>
        !source.byNumber
          ? Stream.fail(ConditionalFetch.notComparable)
          : ConditionalFetch.pages<A>(known, {
              ...source,
              openUnless: (page, validators) => here(PageReader.openUnless(source.urlOf(page), source, validators))
            }).pipe(
              Stream.map(({ entry, firstOrdinal, chunk }) => ({
                answer: entry,
                changed: chunk === undefined ? undefined : pageOf(chunk, firstOrdinal)
              })),
              Stream.mapError((error) => (error === ConditionalFetch.notComparable ? error : named(error)))
            )
    }
  })

/** Loaded only when a list is read, so that other commands do not wait for it. */
const readingCode = Effect.promise(() =>
  Promise.all([
    import("@effect/platform/HttpClient"),
    import("./source/PageReader.ts"),
    import("./source/Paging.ts"),
    import("./source/SourceError.ts")
  ])
)

/** The rows that a schema declares, and their ids. */
export interface Rows<A, I> {
  /** The name of the rows for people, the quarantine and the remembered pages: `orders`. */
  readonly name: string
  /** The schema of a row, from its sent form to its kept form. Undeclared fields are counted and discarded. */
  readonly item: Schema.Schema<A, I> & RowCodec.Kept<NoInfer<A>>
  readonly id: (row: A) => string
  /** The name of the id's field in sent rows. Default `id`. */
  readonly idField?: string
  /** Whether the pipeline's `*.thread.ts` file names the list, so that threads can read it. Default: no. */
  readonly inThreads?: boolean
}

/** A list of an API whose rows a schema declares. */
export interface List<A, I> extends Options, Rows<A, I> {
  /** Of two rows with one id, the one with the greater version is kept. Default: the later row. */
  readonly version?: (row: A) => string
  /** The ids of the people that a row is about. Rows of erased people are left out. */
  readonly people?: (row: A) => ReadonlyArray<string>
  /** Whether a row is about the person with its id: `people` has this id then. Default: no. */
  readonly isPerson?: boolean
}

/** The list that a schema declares, for `make`. */
export const endpoint = <A, I>({ id, idField = "id", inThreads = false, item, name }: Rows<A, I>): Endpoint<A> => ({
  name,
  id,
  idField,
  inThreads,
  codec: RowCodec.make(item),
  decoder: SchemaDecoder.make(item, idField)
})

/**
 * Reads a list of an API as an asset's value. Each valid row occurs once, and downstream assets start on the first page. Rows
 * that cannot be decoded are quarantined. If pages are numbered, the next run reads only the changed pages.
 *
 * ```ts
 * const Order = Schema.Struct({ id: Schema.String, customer: Schema.String, total: Schema.Number })
 * const orders = Asset.make("orders", {
 *   materialize: () =>
 *     RestSource.paged({
 *       name: "orders",
 *       url: new URL("https://shop.example/orders"),
 *       item: Order,
 *       id: (order) => order.id,
 *       paging: PagingStyle.cursors({ rows: "data", next: "next_cursor", parameter: "cursor" })
 *     })
 * })
 * ```
 *
 * If the asset is cut by time and the API can be asked for a time span, `within: { slice, since: "since", until: "until" }`
 * requests the rows of the partitions that a step makes.
 */
export const paged = <A, I>(list: List<A, I>) =>
  Effect.gen(function* () {
    const { isPerson = false, people: others = () => [], version = () => "" } = list
    const people = isPerson ? (row: A) => [list.id(row), ...others(row)] : others
    const rows = endpoint(list)
    const { pages, since } = yield* make(rows, list)
    return yield* Ingest.collect({ ...rows, pages, since, version, people, isPerson })
  })

const mebibyte = 1024 * 1024

const pageOf = <A>(
  { packed, page }: RowChunk<A>,
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

/** Where a list is, and how to read it. */
const sourceOf = <A>(endpoint: Endpoint<A>, options: Options) => {
  const { pageSize: limit = 100, paging = PagingStyle.pageNumbers(), token } = options
  const { idle = "30 seconds", total = "10 minutes" } = options
  const { fetchAhead = 4, maxBytes = 16_384 * mebibyte, maxPages = 1_000_000, maxRowBytes = 32 * mebibyte } = options
  const url = options.within === undefined ? options.url : windowOf(options.url, options.within)
  return {
    endpoint: { ...endpoint, envelope: paging.envelope },
    address: url.origin + url.pathname,
    byNumber: paging.byNumber,
    urlOf: (page: number) => paging.urlOf(url, page, limit),
    urlOfNext: (next: string) => paging.urlOfNext(url, next, limit),
    ahead: fetchAhead,
    ...{ limit, maxPages, token, maxBytes, maxRowBytes, idle, total }
  }
}

const windowOf = (list: URL, { format = isoText, since, slice, until }: Within): URL => {
  if (slice.window === undefined) throw new WindowMissing({ partitions: slice.space.name })
  const url = new URL(list)
  url.searchParams.set(since, format(slice.window.start))
  url.searchParams.set(until, format(slice.window.end))
  return url
}

const isoText = (instant: number): string => new Date(instant).toISOString()

/** Rows were requested by time, for partitions that have none. */
class WindowMissing extends Data.TaggedError("WindowMissing")<{ readonly partitions: string }> {
  override get message() {
    return `${this.partitions} has no time windows, so \`within\` has no times to request. Put the keys into the URL instead.`
  }
}
