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

/** The beginning of one page's answer; mostly all of it. */
export interface Page<out A> {
  readonly chunks: ReadonlyArray<RowChunk<A>>
  /** There is more of it: this comes next. */
  readonly rest: Body.Next<A> | undefined
  /** Gives up the rest, and closes the connection that it comes over. */
  readonly giveUp: Effect.Effect<void>
  readonly validators: Validators
  readonly pagination: Pagination
}

export type Outcome<A> = Either.Either<Page<A>, SourceError>

/** Pages of an endpoint, some of which have been asked for before they are taken. */
export interface Prefetch<A> {
  /** Asks for pages without waiting for them; those that have been asked for are not asked for again. */
  readonly ask: (from: number, to: number) => Effect.Effect<void>
  /** The outcome of a page, which is forgotten. */
  readonly take: (page: number) => Effect.Effect<Outcome<A>>
  /** The outcome of a page at an address of its own, asked for now. */
  readonly takeAt: (url: URL) => Effect.Effect<Outcome<A>>
}

/**
 * It lives as long as the scope: what is in flight at its end is interrupted, and its connections are given up. Of
 * each page the first chunks are held, as Body reads them at once; the rest stays with the server.
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
        // Only a connection that is read on is kept.
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
