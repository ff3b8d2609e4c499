import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { Answer } from "./Answer.ts"
import type * as Body from "./Body.ts"
import type { SourceError } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** The beginning of one page's answer; mostly all of it. */
export interface Page {
  readonly rows: ReadonlyArray<unknown>
  /** There are more rows than a page may have: these come next. */
  readonly rest: Body.Next | undefined
  readonly validators: Validators
}

export type Outcome = Either.Either<Page, SourceError>

/** Pages of an endpoint, some of which have been asked for before they are taken. */
export interface PageWindow {
  /** Asks for pages without waiting for them; those that have been asked for are not asked for again. */
  readonly ask: (from: number, to: number) => Effect.Effect<void>
  /** The outcome of a page, which is forgotten. */
  readonly take: (page: number) => Effect.Effect<Outcome>
}

/**
 * A window that lives as long as the scope: what is in flight at its end is interrupted, and its connections are given up. Of
 * each page `limit` rows and the piece that goes beyond are held; the rest stays with the server.
 */
export const make = (
  fetch: (page: number) => Effect.Effect<Answer, SourceError, Scope.Scope>,
  limit: number
): Effect.Effect<PageWindow, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const asked = new Map<number, Fiber.Fiber<Outcome>>()
    const fetchBeginning = (page: number) =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(scope, scope.strategy)
        const outcome = yield* fetch(page).pipe(
          Effect.flatMap((answer) => beginning(answer, limit)),
          Effect.provideService(Scope.Scope, own),
          Effect.either
        )
        // Only a connection that is read on is kept.
        if (Either.isLeft(outcome) || outcome.right.rest === undefined) yield* Scope.close(own, Exit.void)
        return outcome
      })
    const ask = Effect.fnUntraced(function* (from: number, to: number) {
      for (let page = from; page <= to; page++) {
        if (!asked.has(page)) asked.set(page, yield* Effect.forkIn(fetchBeginning(page), scope))
      }
    })
    return {
      ask,
      take: (page) =>
        Effect.gen(function* () {
          yield* ask(page, page)
          const fiber = asked.get(page)
          asked.delete(page)
          return fiber === undefined ? yield* fetchBeginning(page) : yield* Fiber.join(fiber)
        })
    }
  })

const beginning = Effect.fnUntraced(function* ({ next, validators }: Answer, limit: number) {
  const rows: Array<unknown> = []
  while (rows.length <= limit) {
    const some = yield* next
    if (some === undefined) return { rows, rest: undefined, validators }
    for (const row of some) rows.push(row)
  }
  return { rows, rest: next, validators }
})
