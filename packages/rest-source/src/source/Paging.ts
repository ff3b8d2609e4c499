import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Body from "./Body.ts"
import * as EndOfPages from "./EndOfPages.ts"
import { type HttpPage, isSameSite } from "./HttpPage.ts"
import { isSameAddress } from "./Pagination.ts"
import * as Prefetch from "./Prefetch.ts"
import * as RefusedPage from "./RefusedPage.ts"
import * as RowChunk from "./RowChunk.ts"
import { invalid, ofPage, type SourceError, SourcePagingDoubtful, SourceTooLarge } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** Rows, and the ordinal of the first one among all rows of the endpoint. */
export interface Placed<out A> {
  readonly chunk: RowChunk.RowChunk<A>
  readonly firstOrdinal: number
  /** The answer that ends with these rows. A long answer has several chunks, and only the last has this. */
  readonly answered?: Answered
}

/** An answer that was read to its end, or repeated the previous page. */
export interface Answered {
  readonly page: number
  /**
   * The number of its rows, if the next reading can compare it by number and size. Undefined if it came in chunks, is longer
   * than requested, repeats the previous page, or came from an address that the server named.
   */
  readonly size: number | undefined
  readonly validators: Validators
  /** The server's latest total of all pages' rows. */
  readonly total: number | undefined
}

export interface Options<A> {
  readonly endpoint: string
  /** Rows of a page. */
  readonly limit: number
  readonly maxPages: number
  /** Pages requested ahead while one is processed. */
  readonly ahead: number
  readonly urlOf: (page: number) => URL
  /** Whether pages are numbered; otherwise each page names the next one, and a page that names none is the last. */
  readonly byNumber: boolean
  /** The address of the next page, from the value in a page's envelope. */
  readonly urlOfNext: (next: string) => URL
  readonly fetch: (url: URL) => Effect.Effect<HttpPage<A>, SourceError, Scope.Scope>
}

/**
 * All rows of an endpoint, page by page from page 1 on, until the end that `EndOfPages` and `RefusedPage` decide. Once the
 * server has shown that it pages, by a full page 1 or by a page 2, pages are requested ahead. They are returned in order, and
 * requests beyond the end are ignored. `ahead` pages and two more are in memory. A long page is returned while it arrives, in
 * chunks of `rowsOfChunk` rows. Rows on several pages are returned several times.
 */
export const pages = <A>(options: Options<A>): Stream.Stream<Placed<A>, SourceError> =>
  Prefetch.make(options).pipe(
    Effect.map((prefetch) =>
      Stream.paginateChunkEffect<State<A>, Placed<A>, SourceError, never>(first, (state) =>
        state._tag === "Rest" ? takeRest(state, prefetch, options) : takePage(state, prefetch, options)
      )
    ),
    Stream.unwrapScoped,
    Stream.buffer({ capacity: 1 })
  )

/** Rows of a chunk if pages have `limit` rows: `limit`, so that a page is one chunk, or 1,000 if that is more. */
export const rowsOfChunk = (limit: number): number => Math.max(limit, 1_000)

type State<A> = AtPage | AtRest<A>

interface Place {
  readonly page: number
  /** The page's address as the server names it, if it differs from the numbered one. */
  readonly url: URL | undefined
  readonly progress: EndOfPages.Progress
  readonly ordinal: number
}

interface AtPage extends Place {
  readonly _tag: "Page"
}

/** Within a page of several chunks. */
interface AtRest<A> extends Place, Coming<A> {
  readonly _tag: "Rest"
  readonly next: Body.Next<A>
}

/** The received part of a page. */
interface Coming<A> {
  readonly found: Prefetch.Page<A>
  readonly chunks: number
  readonly brought: EndOfPages.Brought
  /** The first ids of the previous page that have not occurred again; undefined if that page was not longer than requested. */
  readonly before: Set<number> | undefined
}

type Step<A> = readonly [Chunk.Chunk<Placed<A>>, Option.Option<State<A>>]

const first: AtPage = { _tag: "Page", page: 1, url: undefined, progress: EndOfPages.start, ordinal: 0 }

const takePage = Effect.fnUntraced(function* <A>(place: AtPage, prefetch: Prefetch.Prefetch<A>, options: Options<A>) {
  const { page, progress, url } = place
  const { endpoint, limit, maxPages } = options
  if (page > maxPages) return yield* new SourceTooLarge({ endpoint, limit: maxPages, unit: "pages" })
  const outcome = url === undefined ? yield* prefetch.take(page) : yield* prefetch.takeAt(url)
  const found = Either.isRight(outcome) ? outcome.right : yield* refused(place, prefetch, options, outcome.left)
  if (found === undefined) return step<A>([])

  const opening = found.chunks[0]?.ids ?? noIds
  if (EndOfPages.isSame(progress, opening)) {
    yield* found.giveUp
    const brought = { size: RowChunk.sizeOf(found.chunks), opening }
    return yield* conclude(place, { found, what: "same", brought, size: undefined }, [], prefetch, options)
  }
  if (EndOfPages.isEarlier(progress, opening)) {
    yield* found.giveUp
    return yield* new SourcePagingDoubtful({ endpoint, limit, doubt: "an earlier page" })
  }
  const before = progress.last.size > limit ? new Set(progress.last.opening) : undefined
  const coming = { found, chunks: 0, brought: { size: 0, opening }, before }
  return yield* takeChunks(place, coming, found.chunks, found.rest, prefetch, options)
})

/** Judges an error. Returns undefined at the end: the page is refused, or was requested to confirm the end. */
const refused = Effect.fnUntraced(function* <A>(
  { page, progress }: Place,
  prefetch: Prefetch.Prefetch<A>,
  { endpoint, limit }: Options<A>,
  failure: SourceError
) {
  const error = ofPage(failure, page)
  if (progress.ended) return undefined
  if (page === 1 || progress.named || !RefusedPage.is(error)) return yield* error
  if (progress.nothing > 0) return undefined
  const { size } = progress.last
  return yield* RefusedPage.judge<Prefetch.Page<A>, SourceError>({
    ...{ endpoint, page, error },
    isBefore: ({ chunks, rest }) =>
      size > limit || rest !== undefined
        ? EndOfPages.isSame(progress, chunks[0]?.ids ?? noIds)
        : RowChunk.sizeOf(chunks) === size,
    sizeOf: ({ chunks }) => RowChunk.sizeOf(chunks),
    ask: (page) =>
      Effect.flatMap(prefetch.take(page), (outcome) => {
        if (Either.isRight(outcome)) return Effect.succeed(outcome.right)
        return RefusedPage.is(outcome.left) ? Effect.succeed(undefined) : Effect.fail(outcome.left)
      })
  })
})

const takeRest = <A>(state: AtRest<A>, prefetch: Prefetch.Prefetch<A>, options: Options<A>) =>
  Effect.flatMap(state.next, ({ isLast, chunks }) =>
    takeChunks(state, state, chunks, isLast ? undefined : state.next, prefetch, options)
  )

/** Returns some chunks of a page. The last ones end the page. */
const takeChunks = <A>(
  { ordinal, page, progress, url }: Place,
  coming: Coming<A>,
  some: ReadonlyArray<RowChunk.RowChunk<A>>,
  next: Body.Next<A> | undefined,
  prefetch: Prefetch.Prefetch<A>,
  options: Options<A>
): Effect.Effect<Step<A>, SourceError> => {
  const { before, found } = coming
  const placed: Array<Placed<A>> = []
  let { size } = coming.brought
  let at = ordinal
  for (const chunk of some) {
    placed.push({ chunk, firstOrdinal: at })
    at += chunk.size
    size += chunk.size
    if (before !== undefined) for (const id of chunk.ids) before.delete(id)
  }
  const place = { page, url, progress, ordinal: at }
  const brought = { size, opening: coming.brought.opening }
  const chunks = coming.chunks + some.length
  if (next !== undefined) {
    return Effect.succeed(step(placed, { _tag: "Rest", ...place, found, chunks, brought, before, next }))
  }
  const what = size === 0 ? "nothing" : before?.size === 0 ? "again" : "rows"
  const isPlain = url === undefined && chunks <= 1 && size <= options.limit
  return conclude(place, { found, what, brought, size: isPlain ? size : undefined }, placed, prefetch, options)
}

/** Decides what follows a page that has ended. */
const conclude = Effect.fnUntraced(function* <A>(
  { ordinal, page, progress, url: own }: Place,
  ended: Pick<Coming<A>, "brought" | "found"> & Pick<EndOfPages.Seen, "what"> & Pick<Answered, "size">,
  placed: ReadonlyArray<Placed<A>>,
  prefetch: Prefetch.Prefetch<A>,
  { ahead, byNumber, endpoint, limit, maxPages, urlOf }: Options<A>
) {
  const { brought, found, size, what } = ended
  const { link, total } = found.pagination
  const url = typeof link === "object" ? yield* nextOf(link.next, endpoint, urlOf(page)) : undefined
  const seen = {
    what,
    page: brought,
    link: url !== undefined ? "next" : link === "last" || !byNumber ? "last" : undefined,
    isNumbered: byNumber && own === undefined,
    total
  } as const
  const decision = EndOfPages.after(progress, seen, limit)
  if (decision._tag === "Doubt") return yield* new SourcePagingDoubtful({ endpoint, limit, doubt: decision.doubt })

  const answered = { page, size, validators: found.validators, total: decision.progress.total }
  const last = placed.at(-1) ?? { chunk: RowChunk.nothing(), firstOrdinal: ordinal }
  const all = [...placed.slice(0, -1), { ...last, answered }]
  if (decision._tag === "End") return step(all)
  const isNumbered = url === undefined || (byNumber && isSameAddress(url.href, urlOf(page + 1)))
  if (isNumbered && what === "rows" && brought.size <= limit) {
    // A page 1 that is shorter than requested is mostly everything, and two pages confirm it.
    const most = EndOfPages.isPaging(decision.progress, limit) ? ahead : Math.min(ahead, 2)
    yield* prefetch.ask(page + 1, Math.min(page + most, maxPages))
  }
  const next = { page: page + 1, url: isNumbered ? undefined : url, progress: decision.progress, ordinal }
  return step(all, { _tag: "Page", ...next })
})

/** The address of the next page that a server names. It must be on the server's host. */
const nextOf = (next: string, endpoint: string, url: URL): Effect.Effect<URL, SourceError> => {
  const target = URL.canParse(next) ? new URL(next) : undefined
  return target !== undefined && isSameSite(url, target)
    ? Effect.succeed(target)
    : invalid(
        endpoint,
        target === undefined
          ? "names a next page by an address that is not one"
          : "names a next page that is on another host, where it is not followed"
      )
}

const step = <A>(pages: ReadonlyArray<Placed<A>>, next?: State<A>): Step<A> => [
  Chunk.unsafeFromArray(pages),
  Option.fromNullable(next)
]

const noIds = new Float64Array()
