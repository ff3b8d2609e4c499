import * as Log from "@sluice/core/Log"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as PageWindow from "./PageWindow.ts"
import * as Piece from "./Piece.ts"
import type { SourceError } from "./SourceError.ts"

/** Whether an error is one by which servers say that there is no such page: 400, 404, 416 and 422. */
export const is = (error: SourceError): boolean => error._tag === "SourceRejected" && statuses.has(error.status)

/**
 * Judges the refusal of a page after the first. It is the end, `undefined`, where all speaks for it: the page after it is
 * refused too, or empty; the page before it is there when it is asked for again, with as many rows as it had; and then the
 * page itself is refused again. A page that is there after all is answered. Otherwise the refusal is an error: rows that a
 * server does not find for a moment are not passed over.
 */
export const judge = Effect.fn("Refusal.judge", { captureStackTrace: false })(function* <A>(
  window: PageWindow.PageWindow<A>,
  refused: { readonly page: number; readonly rowsBefore: number; readonly error: SourceError; readonly endpoint: string }
): Effect.fn.Return<PageWindow.Page<A> | undefined, SourceError> {
  const { endpoint, error, page, rowsBefore } = refused
  const after = yield* given(window, page + 1)
  if (after !== undefined && Piece.sizeOf(after.pieces) > 0) return yield* error
  const before = yield* given(window, page - 1)
  if (before === undefined || Piece.sizeOf(before.pieces) !== rowsBefore) return yield* error
  const again = yield* given(window, page)
  if (again === undefined) {
    yield* Log.info(
      "the API refuses the page after its last one, twice; it gave the one before once more: this is the end",
      {
        endpoint,
        page
      }
    )
  }
  return again
})

const statuses: ReadonlySet<number> = new Set([400, 404, 416, 422])

/** A page; `undefined` where it is refused. */
const given = <A>(window: PageWindow.PageWindow<A>, page: number) =>
  Effect.flatMap(window.take(page), (outcome) => {
    if (Either.isRight(outcome)) return Effect.succeed(outcome.right)
    return is(outcome.left) ? Effect.succeed(undefined) : Effect.fail(outcome.left)
  })
