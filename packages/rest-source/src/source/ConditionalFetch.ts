import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as EndOfPages from "./EndOfPages.ts"
import type { HttpPage } from "./HttpPage.ts"
import type { Entry, Known } from "./Manifest.ts"
import * as Manifest from "./Manifest.ts"
import { isSameAddress } from "./Pagination.ts"
import * as RefusedPage from "./RefusedPage.ts"
import * as RowChunk from "./RowChunk.ts"
import type { SourceError } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** A page of a second reading: its description, and its rows if it may have changed. */
export interface FetchedPage<out A> {
  readonly entry: Entry
  readonly chunk: RowChunk.RowChunk<A> | undefined
  /** The ordinal of its first row among all rows of the endpoint. */
  readonly firstOrdinal: number
}

/** The pages do not show what has changed. A full reading is needed. */
export type NotComparable = typeof notComparable
export const notComparable = "NotComparable" as const

export interface Options<A> {
  readonly urlOf: (page: number) => URL
  /** Rows of a page. */
  readonly limit: number
  readonly maxPages: number
  /** The number of concurrent requests. The rows of these pages are in memory together. */
  readonly ahead: number
  /** Opens the answer, unless the server says that these validators still match. */
  readonly openUnless: (
    page: number,
    validators: Validators
  ) => Effect.Effect<HttpPage<A> | undefined, SourceError, Scope.Scope>
}

/**
 * Reads the changed pages of an endpoint, from page 1 on. It sends each page's validators of the earlier reading, and reads the
 * pages that the server does not call unchanged. The end is decided as in a full reading, and may have moved. Pages are not
 * comparable if the manifest is of other requests; if they are longer than requested, repeat each other, or have their own
 * addresses; if there are fewer rows than the server's total; or if the total falls meanwhile.
 */
export const pages = <A>(
  known: ReadonlyArray<Known>,
  options: Options<A>
): Stream.Stream<FetchedPage<A>, SourceError | NotComparable> => {
  const { ahead, limit, maxPages, urlOf } = options
  const comparable = known.every(({ isFor, page, size }, i) => page === i + 1 && size !== undefined && isFor(urlOf(page)))
  if (known.length === 0 || !comparable) return Stream.fail(notComparable)

  const ask = Effect.fnUntraced(function* (page: number) {
    const before = known[page - 1]
    const answer = yield* options.openUnless(page, before?.validators ?? {})
    const url = urlOf(page)
    if (answer === undefined) {
      return before === undefined ? yield* Effect.fail(notComparable) : sameAs(Manifest.entry(url, before))
    }
    const { isLast, chunks } = yield* answer.next
    const size = RowChunk.sizeOf(chunks)
    const [chunk = RowChunk.nothing(), ...others] = chunks
    const { link, total } = answer.pagination
    const isPlain = isLast && others.length === 0 && size <= limit
    if (!isPlain || (typeof link === "object" && !isSameAddress(link.next, urlOf(page + 1)))) {
      return yield* Effect.fail(notComparable)
    }
    const entry = Manifest.entry(url, { page, size, validators: answer.validators })
    // Unchanged pages do not name the next one, so no page is expected to.
    return { entry, chunk, link: link === "last" ? link : undefined, total } as const
  }, Effect.scoped)
  const askUnlessRefused = (page: number) => Effect.catchIf(ask(page), isRefused, () => Effect.succeed(undefined))

  const look = Effect.fnUntraced(function* ({ firstOrdinal, from, progress: reached, rows: before }: State) {
    const to = Math.max(from, Math.min(from + Math.max(1, ahead) - 1, known.length))
    if (to > maxPages) return yield* Effect.fail(notComparable)
    const pages = Array.from({ length: to - from + 1 }, (_, i) => from + i)
    const outcomes = yield* Effect.forEach(pages, (page) => Effect.either(ask(page)), { concurrency: "unbounded" })
    const fetched: Array<FetchedPage<A>> = []
    let [ordinal, progress, rows] = [firstOrdinal, reached, before]
    const end = () =>
      progress.total !== undefined && progress.total > ordinal
        ? Effect.fail(notComparable)
        : Effect.succeed([Chunk.unsafeFromArray(fetched), Option.none<State>()] as const)
    for (const [at, outcome] of outcomes.entries()) {
      const page = from + at
      const asked = Either.isRight(outcome) ? outcome.right : yield* refused(page, progress, rows, outcome.left)
      if (asked === undefined) return yield* end()
      const { entry, link, chunk, total } = asked
      const size = entry.size ?? 0
      const ids = chunk?.ids ?? new Float64Array()
      const fell = total !== undefined && progress.total !== undefined && total < progress.total
      if (fell || EndOfPages.isSame(progress, ids) || EndOfPages.isEarlier(progress, ids))
        return yield* Effect.fail(notComparable)
      const seen = {
        what: size === 0 ? "nothing" : "rows",
        page: { size, opening: ids },
        link,
        isNumbered: true,
        total
      } as const
      const decision = EndOfPages.after(progress, seen, limit)
      if (decision._tag === "Doubt") return yield* Effect.fail(notComparable)
      fetched.push({ entry, chunk, firstOrdinal: ordinal })
      ordinal += size
      rows = size
      progress = decision.progress
      if (decision._tag === "End") return yield* end()
    }
    return [
      Chunk.unsafeFromArray(fetched),
      Option.some<State>({ from: to + 1, firstOrdinal: ordinal, progress, rows })
    ] as const
  })
  /** Judges an error as a full reading does. Returns undefined if the page is refused and that is the end. */
  const refused = Effect.fnUntraced(function* (
    page: number,
    progress: EndOfPages.Progress,
    rows: number,
    error: SourceError | NotComparable
  ) {
    if (progress.ended) return undefined
    if (!isRefused(error)) return yield* Effect.fail(error)
    if (page === 1 || progress.linked) return yield* Effect.fail(notComparable)
    if (progress.nothing > 0) return undefined
    const judged = RefusedPage.judge<Asked<A>, SourceError | NotComparable>({
      ...{ endpoint: urlOf(page).origin + urlOf(page).pathname, page, error },
      isBefore: ({ entry }) => entry.size === rows,
      sizeOf: ({ entry }) => entry.size ?? 0,
      ask: askUnlessRefused
    })
    return yield* Effect.mapError(judged, (found) => (found === error ? notComparable : found))
  })
  return Stream.paginateChunkEffect({ from: 1, firstOrdinal: 0, progress: EndOfPages.start, rows: 0 }, look)
}

interface State {
  readonly from: number
  readonly firstOrdinal: number
  readonly progress: EndOfPages.Progress
  /** Rows of the previous page. */
  readonly rows: number
}

/** A requested page, without a chunk if it is unchanged. */
interface Asked<out A> extends Pick<EndOfPages.Seen, "link" | "total"> {
  readonly entry: Entry
  readonly chunk: RowChunk.RowChunk<A> | undefined
}

const sameAs = (entry: Entry): Asked<never> => ({ entry, chunk: undefined, link: undefined, total: undefined })

const isRefused = (error: SourceError | NotComparable): error is SourceError =>
  error !== notComparable && RefusedPage.is(error)
