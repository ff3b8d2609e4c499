import * as Log from "@sluice/core/Log"
import * as Effect from "effect/Effect"
import type { SourceError } from "./SourceError.ts"

/** Whether an error is one by which servers say that there is no such page: 400, 404, 416 and 422. */
export const is = (error: SourceError): boolean => error._tag === "SourceRejected" && statuses.has(error.status)

export interface Refused<A, E> {
  readonly endpoint: string
  readonly page: number
  readonly error: SourceError
  /** Whether a page is the one before the refused one, as it came. */
  readonly isBefore: (page: A) => boolean
  readonly sizeOf: (page: A) => number
  /** Asks for a page; undefined if it is refused. */
  readonly ask: (page: number) => Effect.Effect<A | undefined, E>
}

/**
 * Judges the refusal of a page after the first. It is the end, undefined, if the page after it is refused too, or empty; the
 * page before it comes when it is asked for again; and then the page itself is refused again. If the page after it has rows, the page is asked for once more. A page that comes after all is
 * returned. Otherwise the refusal is an error: rows that a server does not find for a moment are not passed over.
 */
export const judge = Effect.fn("RefusedPage.judge", { captureStackTrace: false })(function* <A, E>({
  ask,
  endpoint,
  error,
  isBefore,
  page,
  sizeOf
}: Refused<A, E>): Effect.fn.Return<A | undefined, E | SourceError> {
  const after = yield* ask(page + 1)
  if (after !== undefined && sizeOf(after) > 0) return (yield* ask(page)) ?? (yield* error)
  const before = yield* ask(page - 1)
  if (before === undefined || !isBefore(before)) return yield* error
  const again = yield* ask(page)
  if (again === undefined) {
    yield* Log.info(
      "the API refuses the page after its last one, twice; it sent the page before once more: this is the end",
      {
        endpoint,
        page
      }
    )
  }
  return again
})

const statuses: ReadonlySet<number> = new Set([400, 404, 416, 422])
