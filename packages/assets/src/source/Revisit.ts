import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Answer } from "./Answer.ts"
import type { Entry, Known } from "./Manifest.ts"
import * as Manifest from "./Manifest.ts"
import * as Piece from "./Piece.ts"
import * as Refusal from "./Refusal.ts"
import type { SourceError } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** A page that was looked at again: what it is known by now, and its rows, where it may be another than it was. */
export interface Visit<out A> {
  readonly entry: Entry
  readonly piece: Piece.Piece<A> | undefined
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
  ) => Effect.Effect<Answer<A> | undefined, SourceError, Scope.Scope>
}

/**
 * Looks at all pages of an endpoint again, from page 1 on: asks for each with the validators of the reading that it is known
 * from, and reads those that the server does not say are the same. As in a full reading, the end is an empty page, or one that
 * is shorter than the first; it may have moved. Every other end, and a server that does not page, is not comparable, and so is
 * a manifest of other requests.
 */
export const visits = <A>(
  known: ReadonlyArray<Known>,
  options: Options<A>
): Stream.Stream<Visit<A>, SourceError | NotComparable> => {
  const { ahead, maxPages, urlOf } = options
  const comparable = known.every(({ isFor, page, size }, i) => page === i + 1 && size !== undefined && isFor(urlOf(page)))
  if (known.length === 0 || !comparable) return Stream.fail(notComparable)

  const ask = Effect.fnUntraced(function* (page: number) {
    const before = known[page - 1]
    const answer = yield* options.openUnless(page, before?.validators ?? {})
    const url = urlOf(page)
    if (answer === undefined) {
      return before === undefined ? yield* Effect.fail(notComparable) : { entry: Manifest.entry(url, before) }
    }
    const { isLast, pieces } = yield* answer.next
    const size = Piece.sizeOf(pieces)
    const [piece = Piece.nothing, ...others] = pieces
    if (!isLast || others.length > 0 || size > options.limit) return yield* Effect.fail(notComparable)
    return { entry: Manifest.entry(url, { page, size, validators: answer.validators }), piece }
  }, Effect.scoped)

  const look = Effect.fnUntraced(function* ({ from, firstOrdinal, firstSize }: State) {
    const to = Math.max(from, Math.min(from + Math.max(1, ahead) - 1, known.length))
    if (to > maxPages) return yield* Effect.fail(notComparable)
    const pages = Array.from({ length: to - from + 1 }, (_, i) => from + i)
    const outcomes = yield* Effect.forEach(pages, (page) => Effect.either(ask(page)), { concurrency: "unbounded" })
    const visited: Array<Visit<A>> = []
    let [ordinal, first] = [firstOrdinal, firstSize]
    for (const outcome of outcomes) {
      if (Either.isLeft(outcome)) return yield* Effect.fail(isPlain(outcome.left) ? outcome.left : notComparable)
      const { entry, piece } = { piece: undefined, ...outcome.right }
      const size = entry.size ?? 0
      visited.push({ entry, piece, firstOrdinal: ordinal })
      ordinal += size
      first ??= size
      if (size === 0 || size < first) return [Chunk.unsafeFromArray(visited), Option.none<State>()] as const
    }
    const next: State = { from: to + 1, firstOrdinal: ordinal, firstSize: first }
    return [Chunk.unsafeFromArray(visited), Option.some(next)] as const
  })
  return Stream.paginateChunkEffect({ from: 1, firstOrdinal: 0, firstSize: undefined }, look)
}

interface State {
  readonly from: number
  readonly firstOrdinal: number
  /** Rows of page 1, once it is known. */
  readonly firstSize: number | undefined
}

/** A page that is refused may be the end, which only a full reading judges. */
const isPlain = (error: SourceError | NotComparable): error is SourceError => error !== notComparable && !Refusal.is(error)
