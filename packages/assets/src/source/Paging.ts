import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { SourceError } from "./SourceError.ts"
import { SourceTooLarge } from "./SourceError.ts"

/** Rows as they came, and the place of the first of them in the whole answer. */
export interface RawPage {
  readonly rows: ReadonlyArray<unknown>
  readonly firstOrdinal: number
}

/**
 * All pages of an endpoint, from page 1 on, each asked for while the one before is worked on.
 *
 * The end is an empty page, a page shorter than the first one, or a page that brings the same rows as the one before, as
 * servers answer that know no paging or that repeat their last page. An answer longer than `limit` is everything there is.
 * A first page shorter than `limit` is not yet the end: the server may have a smaller limit of its own, so page 2 is asked
 * for; a server that refuses it has no more. What pages overlap in comes twice.
 */
export const pages = <R>(options: {
  readonly endpoint: string
  readonly limit: number
  readonly maxPages: number
  readonly fetch: (page: number) => Effect.Effect<ReadonlyArray<unknown>, SourceError, R>
}): Stream.Stream<RawPage, SourceError, R> => {
  const { endpoint, limit, maxPages, fetch } = options
  const step = Effect.fnUntraced(function* (state: State) {
    if (state.page > maxPages) return yield* new SourceTooLarge({ endpoint, limit: maxPages, unit: "pages" })
    const probing = state.page === 2 && state.size < limit
    const rows = yield* probing
      ? Effect.catchIf(fetch(state.page), refusesPage, () => Effect.succeed([]))
      : fetch(state.page)
    const ids = fingerprint(rows)
    if (rows.length === 0 || ids === state.ids) return nothingMore
    const size = state.page === 1 ? rows.length : state.size
    const ended = rows.length < size || rows.length > limit
    const next = { page: state.page + 1, size, ids, ordinal: state.ordinal + rows.length }
    return [chunked({ rows, firstOrdinal: state.ordinal }, limit), ended ? Option.none() : Option.some(next)] as const
  })
  return Stream.paginateEffect(first, step).pipe(
    Stream.buffer({ capacity: 1 }),
    Stream.mapConcat((some) => some)
  )
}

interface State {
  readonly page: number
  /** Rows of the first page. */
  readonly size: number
  /** Which rows the page before had. */
  readonly ids: string | undefined
  readonly ordinal: number
}

const first: State = { page: 1, size: 0, ids: undefined, ordinal: 0 }
const nothingMore: readonly [ReadonlyArray<RawPage>, Option.Option<State>] = [[], Option.none()]

/** Statuses by which servers say that there is no such page. */
const refusesPage = (error: SourceError): boolean =>
  error._tag === "SourceRejected" && [400, 404, 416, 422].includes(error.status)

/** The ids of a page's rows, in order. Rows without a plain id are all alike: such a source fails anyway. */
const fingerprint = (rows: ReadonlyArray<unknown>): string =>
  rows
    .map((row) => {
      const id = typeof row === "object" && row !== null && "id" in row ? row.id : undefined
      return typeof id === "string" || typeof id === "number" ? `${typeof id}:${id}` : ""
    })
    .join("\n")

/** An answer that is longer than a page is worked on in pieces. */
const chunked = ({ rows, firstOrdinal }: RawPage, limit: number): ReadonlyArray<RawPage> => {
  const size = Math.max(limit, 1_000)
  if (rows.length <= size) return [{ rows, firstOrdinal }]
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => ({
    rows: rows.slice(i * size, (i + 1) * size),
    firstOrdinal: firstOrdinal + i * size
  }))
}
