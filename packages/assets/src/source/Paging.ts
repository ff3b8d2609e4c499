import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Answer } from "./Answer.ts"
import type * as Body from "./Body.ts"
import * as PageWindow from "./PageWindow.ts"
import * as Refusal from "./Refusal.ts"
import { type SourceError, SourceTooLarge } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** Rows as they came, and the place of the first of them in all that the endpoint has. */
export interface RawPage {
  readonly rows: ReadonlyArray<unknown>
  readonly firstOrdinal: number
  /** The answer that ends with these rows; a long one comes in pieces, of which only the last has it. */
  readonly answered?: Answered
}

/** An answer that was read to its end. */
export interface Answered {
  readonly page: number
  /**
   * Its rows, where they alone tell what it is: a page, or by being none or fewer than those of page 1 the last one.
   * Undefined where it came in pieces, has the rows of the page before, or was refused.
   */
  readonly size: number | undefined
  readonly validators: Validators
}

export interface Options {
  readonly endpoint: string
  /** Rows of a page. */
  readonly limit: number
  readonly maxPages: number
  /** Pages that are asked for while one is worked on. */
  readonly ahead: number
  readonly fetch: (page: number) => Effect.Effect<Answer, SourceError, Scope.Scope>
}

/**
 * All rows of an endpoint, page by page from page 1 on. Once the server has shown that it pages, by a full page 1 or by a
 * page 2, pages are asked for ahead. They come in order nevertheless, and what is asked for beyond the end does not matter.
 * In memory are `ahead` pages and two more.
 *
 * The end is an empty page, a page shorter than the first one, or a page that brings the same rows as the one before, as
 * servers answer that know no paging or that repeat their last page; or a page that the server refuses, as `Refusal` judges.
 * An answer longer than `limit` is everything there is; it is handed on while it comes, in pieces of `limit` rows or 1,000. A
 * first page shorter than `limit` is not yet the end: the server may have a smaller limit of its own. What pages overlap in
 * comes twice.
 */
export const pages = (options: Options): Stream.Stream<RawPage, SourceError> =>
  PageWindow.make(options.fetch, options.limit).pipe(
    Effect.map((window) =>
      Stream.paginateChunkEffect(first, (state) =>
        state._tag === "Rest" ? takeRest(state, options) : takePage(state, window, options)
      )
    ),
    Stream.unwrapScoped,
    Stream.buffer({ capacity: 1 })
  )

type State = AtPage | AtRest

interface AtPage {
  readonly _tag: "Page"
  readonly page: number
  /** Rows of the first page, and of the page before. */
  readonly size: number
  readonly rowsBefore: number
  /** Which rows the page before had. */
  readonly ids: string | undefined
  readonly ordinal: number
}

/** Within an answer that is longer than a page. */
interface AtRest {
  readonly _tag: "Rest"
  readonly page: number
  readonly rows: ReadonlyArray<unknown>
  readonly next: Body.Next
  readonly validators: Validators
  readonly ordinal: number
}

type Step = readonly [Chunk.Chunk<RawPage>, Option.Option<State>]

const first: State = { _tag: "Page", page: 1, size: 0, rowsBefore: 0, ids: undefined, ordinal: 0 }

const takePage = Effect.fnUntraced(function* (
  state: AtPage,
  window: PageWindow.PageWindow,
  { ahead, endpoint, limit, maxPages }: Options
) {
  const { ordinal, page, rowsBefore } = state
  if (page > maxPages) return yield* new SourceTooLarge({ endpoint, limit: maxPages, unit: "pages" })
  const outcome = yield* window.take(page)
  const found = Either.isRight(outcome)
    ? outcome.right
    : page > 1 && Refusal.is(outcome.left)
      ? yield* Refusal.judge(window, { endpoint, page, rowsBefore, error: outcome.left })
      : yield* outcome.left
  const { rest, rows, validators } = found ?? noPage
  if (rows.length > limit) {
    return step([], { _tag: "Rest", page, rows, next: rest ?? Effect.succeed(undefined), validators, ordinal })
  }
  const size = page === 1 ? rows.length : state.size
  const ids = fingerprint(rows)
  const isNothing = rows.length === 0 || ids === state.ids
  const isLast = isNothing || rows.length < size
  const told = found === undefined || (isNothing && rows.length > 0) ? undefined : rows.length
  const taken = { rows: isNothing ? [] : rows, firstOrdinal: ordinal, answered: { page, size: told, validators } }
  if (isLast) return step([taken])
  if (page > 1 || rows.length === limit) yield* window.ask(page + 1, Math.min(page + ahead, maxPages))
  const after = { page: page + 1, size, rowsBefore: rows.length, ids, ordinal: ordinal + rows.length }
  return step([taken], { _tag: "Page", ...after })
})

const takeRest = Effect.fnUntraced(function* (state: AtRest, { limit }: Options) {
  const { next, ordinal, page, validators } = state
  const size = Math.max(limit, 1_000)
  const rows = [...state.rows]
  while (rows.length <= size) {
    const some = yield* next
    if (some === undefined) return step([{ rows, firstOrdinal: ordinal, answered: { page, size: undefined, validators } }])
    for (const row of some) rows.push(row)
  }
  const piece = { rows: rows.slice(0, size), firstOrdinal: ordinal }
  return step([piece], { ...state, rows: rows.slice(size), ordinal: ordinal + size })
})

const step = (pages: ReadonlyArray<RawPage>, next?: State): Step => [Chunk.unsafeFromArray(pages), Option.fromNullable(next)]

const noPage: PageWindow.Page = { rows: [], rest: undefined, validators: {} }

/** The ids of a page's rows, in order. Rows without a plain id are all alike: such a source fails anyway. */
const fingerprint = (rows: ReadonlyArray<unknown>): string =>
  rows
    .map((row) => {
      const id = typeof row === "object" && row !== null && "id" in row ? row.id : undefined
      return typeof id === "string" || typeof id === "number" ? `${typeof id}:${id}` : ""
    })
    .join("\n")
