import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type * as Body from "./Body.ts"
import type { HttpPage } from "./HttpPage.ts"
import type { Pagination } from "./Pagination.ts"
import type { RowChunk } from "./RowChunk.ts"
import type { SourceError } from "./SourceError.ts"
import type { Validators } from "./Validators.ts"

/** The start of one page's answer, mostly all of it. */
export interface Page<out A> {
  readonly chunks: ReadonlyArray<RowChunk<A>>
  /** The next chunks, if there are more. */
  readonly rest: Body.Next<A> | undefined
  /** Drops the rest, and closes its connection. */
  readonly giveUp: Effect.Effect<void>
  readonly validators: Validators
  readonly pagination: Pagination
}

export type Outcome<A> = Either.Either<Page<A>, SourceError>

/** Pages of an endpoint, some requested ahead. */
export interface Prefetch<A> {
  /** Requests pages without waiting for them. Pages are requested once. */
  readonly ask: (from: number, to: number) => Effect.Effect<void>
  /** Returns the outcome of a page, and forgets it. */
  readonly take: (page: number) => Effect.Effect<Outcome<A>>
  /** Requests a page at an address of its own, and returns its outcome. */
  readonly takeAt: (url: URL) => Effect.Effect<Outcome<A>>
}

/**
 * It lives as long as the scope. At the scope's end, requests in progress are interrupted and their connections closed. The
 * first chunks of each page are in memory, as many as Body reads at once. The rest stays with the server.
 */
export const make = <A>(options: {
  readonly urlOf: (page: number) => URL
  readonly urlOfNext: (next: string) => URL
  readonly fetch: (url: URL) => Effect.Effect<HttpPage<A>, SourceError, Scope.Scope>
}): Effect.Effect<Prefetch<A>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const asked = new Map<number, Fiber.Fiber<Outcome<A>>>()
    const fetchBeginning = (url: URL) =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(scope, scope.strategy)
        const giveUp = Scope.close(own, Exit.void)
        const outcome = yield* options.fetch(url).pipe(
          Effect.flatMap((answer) => beginning(answer, giveUp, options.urlOfNext)),
          Effect.provideService(Scope.Scope, own),
          Effect.either
        )
        // A connection is kept only if it is read further.
        if (Either.isLeft(outcome) || outcome.right.rest === undefined) yield* giveUp
        return outcome
      })
    const ask = Effect.fnUntraced(function* (from: number, to: number) {
      for (let page = from; page <= to; page++) {
        if (!asked.has(page)) asked.set(page, yield* Effect.forkIn(fetchBeginning(options.urlOf(page)), scope))
      }
    })
    return {
      ask,
      take: (page) =>
        Effect.gen(function* () {
          yield* ask(page, page)
          const fiber = asked.get(page)
          asked.delete(page)
          return fiber === undefined ? yield* fetchBeginning(options.urlOf(page)) : yield* Fiber.join(fiber)
        }),
      takeAt: fetchBeginning
    }
  })

const beginning = <A>(
  { next, pagination, validators }: HttpPage<A>,
  giveUp: Effect.Effect<void>,
  urlOfNext: (next: string) => URL
): Effect.Effect<Page<A>, SourceError> =>
  Effect.map(next, ({ isLast, next: named, chunks }) => ({
    chunks,
    rest: isLast ? undefined : next,
    giveUp,
    validators,
    pagination:
      named === undefined ? pagination : { ...pagination, link: named === null ? "last" : { next: urlOfNext(named).href } }
  }))
