import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Answer } from "./Answer.ts"
import type * as Body from "./Body.ts"
import * as PageWindow from "./PageWindow.ts"
import * as Piece from "./Piece.ts"
import * as Refusal from "./Refusal.ts"
import { type SourceError, SourceTooLarge } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** Rows, and the place of the first of them in all that the endpoint has. */
export interface Placed<out A> {
  readonly piece: Piece.Piece<A>
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

export interface Options<A> {
  readonly endpoint: string
  /** Rows of a page. */
  readonly limit: number
  readonly maxPages: number
  /** Pages that are asked for while one is worked on. */
  readonly ahead: number
  readonly fetch: (page: number) => Effect.Effect<Answer<A>, SourceError, Scope.Scope>
}

/**
 * All rows of an endpoint, page by page from page 1 on. Once the server has shown that it pages, by a full page 1 or by a
 * page 2, pages are asked for ahead. They come in order nevertheless, and what is asked for beyond the end does not matter.
 * In memory are `ahead` pages and two more.
 *
 * The end is an empty page, a page shorter than the first one, or a page that brings the same rows as the one before, as
 * servers answer that know no paging or that repeat their last page; or a page that the server refuses, as `Refusal` judges.
 * An answer longer than `limit` is everything there is; it is handed on while it comes, in pieces of `rowsOfPiece` rows. A
 * first page shorter than `limit` is not yet the end: the server may have a smaller limit of its own. What pages overlap in
 * comes twice.
 */
export const pages = <A>(options: Options<A>): Stream.Stream<Placed<A>, SourceError> =>
  PageWindow.make(options.fetch).pipe(
    Effect.map((window) =>
      Stream.paginateChunkEffect<State<A>, Placed<A>, SourceError, never>(first, (state) =>
        state._tag === "Rest" ? takeRest(state) : takePage(state, window, options)
      )
    ),
    Stream.unwrapScoped,
    Stream.buffer({ capacity: 1 })
  )

/**
 * Rows of a piece of an answer where pages have `limit`: those of a page, so that a page is one piece; or 1,000, if that is
 * more.
 */
export const rowsOfPiece = (limit: number): number => Math.max(limit, 1_000)

type State<A> = AtPage | AtRest<A>

interface AtPage {
  readonly _tag: "Page"
  readonly page: number
  /** Rows of the first page, and of the page before. */
  readonly size: number
  readonly rowsBefore: number
  /** Which rows the page before had. */
  readonly identity: string | undefined
  readonly ordinal: number
}

/** Within an answer that is longer than a page. */
interface AtRest<A> {
  readonly _tag: "Rest"
  readonly page: number
  readonly next: Body.Next<A>
  readonly validators: Validators
  readonly ordinal: number
}

type Step<A> = readonly [Chunk.Chunk<Placed<A>>, Option.Option<State<A>>]

const first: AtPage = { _tag: "Page", page: 1, size: 0, rowsBefore: 0, identity: undefined, ordinal: 0 }

const takePage = Effect.fnUntraced(function* <A>(
  state: AtPage,
  window: PageWindow.PageWindow<A>,
  { ahead, endpoint, limit, maxPages }: Options<A>
) {
  const { ordinal, page, rowsBefore } = state
  if (page > maxPages) return yield* new SourceTooLarge({ endpoint, limit: maxPages, unit: "pages" })
  const outcome = yield* window.take(page)
  const found = Either.isRight(outcome)
    ? outcome.right
    : page > 1 && Refusal.is(outcome.left)
      ? yield* Refusal.judge(window, { endpoint, page, rowsBefore, error: outcome.left })
      : yield* outcome.left
  const { pieces, rest, validators } = found ?? noPage
  const rows = Piece.sizeOf(pieces)
  if (rest !== undefined || rows > limit) return takeLong({ page, validators, ordinal }, pieces, rest)
  const [piece = Piece.nothing] = pieces
  const size = page === 1 ? rows : state.size
  const isNothing = rows === 0 || piece.identity === state.identity
  const isLast = isNothing || rows < size
  const told = found === undefined || (isNothing && rows > 0) ? undefined : rows
  const taken = {
    piece: isNothing ? Piece.nothing : piece,
    firstOrdinal: ordinal,
    answered: { page, size: told, validators }
  }
  if (isLast) return step([taken])
  if (page > 1 || rows === limit) yield* window.ask(page + 1, Math.min(page + ahead, maxPages))
  const after = { page: page + 1, size, rowsBefore: rows, identity: piece.identity, ordinal: ordinal + rows }
  return step([taken], { _tag: "Page", ...after })
})

const takeRest = <A>({ next, ordinal, page, validators }: AtRest<A>) =>
  Effect.map(next, ({ isLast, pieces }) => takeLong({ page, validators, ordinal }, pieces, isLast ? undefined : next))

/** Some pieces of an answer that is longer than a page; with its last one it has ended, and so has everything. */
const takeLong = <A>(
  at: { readonly page: number; readonly validators: Validators; readonly ordinal: number },
  pieces: ReadonlyArray<Piece.Piece<A>>,
  next: Body.Next<A> | undefined
): Step<A> => {
  const { page, validators } = at
  let { ordinal } = at
  const placed: Array<Placed<A>> = []
  for (const piece of pieces) {
    placed.push({ piece, firstOrdinal: ordinal })
    ordinal += piece.size
  }
  if (next !== undefined) return step(placed, { _tag: "Rest", page, next, validators, ordinal })
  const last = placed.pop() ?? { piece: Piece.nothing, firstOrdinal: ordinal }
  return step([...placed, { ...last, answered: { page, size: undefined, validators } }])
}

const step = <A>(pages: ReadonlyArray<Placed<A>>, next?: State<A>): Step<A> => [
  Chunk.unsafeFromArray(pages),
  Option.fromNullable(next)
]

const noPage: PageWindow.Page<never> = { pieces: [], rest: undefined, validators: {} }
