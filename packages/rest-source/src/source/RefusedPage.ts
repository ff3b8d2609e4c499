import * as Log from "@sluice/core/Log"
import * as Effect from "effect/Effect"
import type { SourceError } from "./SourceError.ts"

/** Whether an error is a server's answer for a missing page: 400, 404, 416 or 422. */
export const is = (error: SourceError): boolean => error._tag === "SourceRejected" && statuses.has(error.status)

export interface Refused<A, E> {
  readonly endpoint: string
  readonly page: number
  readonly error: SourceError
  /** Whether a page equals the page before the refused one. */
  readonly isBefore: (page: A) => boolean
  readonly sizeOf: (page: A) => number
  /** Requests a page; returns undefined if it is refused. */
  readonly ask: (page: number) => Effect.Effect<A | undefined, E>
}

/**
 * Judges the refusal of a page after the first. It is the end (undefined) if three requests confirm it: the next page is
 * refused or empty, the previous page is readable again, and the page itself is refused again. If the next page has rows, the
 * page is requested once more. A page that succeeds is returned. Otherwise the refusal is an error, since rows that a server
 * misses for a moment must not be skipped.
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
