import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { Answer } from "./Answer.ts"
import type * as Body from "./Body.ts"
import type { Piece } from "./Piece.ts"
import type { SourceError } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** The beginning of one page's answer; mostly all of it. */
export interface Page<out A> {
  readonly pieces: ReadonlyArray<Piece<A>>
  /** There is more of it: this comes next. */
  readonly rest: Body.Next<A> | undefined
  readonly validators: Validators
}

export type Outcome<A> = Either.Either<Page<A>, SourceError>

/** Pages of an endpoint, some of which have been asked for before they are taken. */
export interface PageWindow<A> {
  /** Asks for pages without waiting for them; those that have been asked for are not asked for again. */
  readonly ask: (from: number, to: number) => Effect.Effect<void>
  /** The outcome of a page, which is forgotten. */
  readonly take: (page: number) => Effect.Effect<Outcome<A>>
}

/**
 * A window that lives as long as the scope: what is in flight at its end is interrupted, and its connections are given up. Of
 * each page the first pieces are held, as Body reads them at once; the rest stays with the server.
 */
export const make = <A>(
  fetch: (page: number) => Effect.Effect<Answer<A>, SourceError, Scope.Scope>
): Effect.Effect<PageWindow<A>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const asked = new Map<number, Fiber.Fiber<Outcome<A>>>()
    const fetchBeginning = (page: number) =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(scope, scope.strategy)
        const outcome = yield* fetch(page).pipe(
          Effect.flatMap((answer) => beginning(answer)),
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

const beginning = <A>({ next, validators }: Answer<A>): Effect.Effect<Page<A>, SourceError> =>
  Effect.map(next, ({ isLast, pieces }) => ({ pieces, rest: isLast ? undefined : next, validators }))
