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

/** A page that was looked at again: what it is known by now, and its rows, where it may be another than it was. */
export interface FetchedPage<out A> {
  readonly entry: Entry
  readonly chunk: RowChunk.RowChunk<A> | undefined
  /** The place of its first row in all that the endpoint has. */
  readonly firstOrdinal: number
}

/** The pages do not tell what has changed: everything is to be read. */
export type NotComparable = typeof notComparable
export const notComparable = "NotComparable" as const

export interface Options<A> {
  readonly urlOf: (page: number) => URL
  /** Rows of a page. */
  readonly limit: number
  readonly maxPages: number
  /** How many pages are asked about at once; their rows are in memory together. */
  readonly ahead: number
  /** The answer, unless the server says that it is still the one known by these. */
  readonly openUnless: (
    page: number,
    validators: Validators
  ) => Effect.Effect<HttpPage<A> | undefined, SourceError, Scope.Scope>
}

/**
 * Looks at all pages of an endpoint again, from page 1 on: asks for each with the validators of the reading that it is known
 * from, and reads those that the server does not say are the same. The end is where it is in a full reading, and may have
 * moved. Not comparable are a manifest of other requests, pages that are longer than asked for, repeat each other, or have
 * addresses of their own, fewer rows than the total that the server tells, and a total that falls meanwhile.
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
    // Pages that are still the same do not name the next one, so that no page is expected to.
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
  /** Judges an error as a full reading does: undefined if the page is refused and that is the end. */
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
  /** Rows of the page before. */
  readonly rows: number
}

/** A page that was asked for: without a chunk if it is still what it was. */
interface Asked<out A> extends Pick<EndOfPages.Seen, "link" | "total"> {
  readonly entry: Entry
  readonly chunk: RowChunk.RowChunk<A> | undefined
}

const sameAs = (entry: Entry): Asked<never> => ({ entry, chunk: undefined, link: undefined, total: undefined })

const isRefused = (error: SourceError | NotComparable): error is SourceError =>
  error !== notComparable && RefusedPage.is(error)
