import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "./WarehouseFailed.ts"

/** The longest that a person's query may take; undefined for no limit. */
export type QueryLimit = Duration.Duration | undefined

/** Interrupts a query at its limit and fails with `TimedOut`. */
export const within =
  (limit: QueryLimit) =>
  <A, E, R>(query: Effect.Effect<A, E, R>): Effect.Effect<A, E | WarehouseFailed, R> =>
    limit === undefined
      ? query
      : Effect.timeoutFail(query, {
          duration: limit,
          onTimeout: () =>
            new WarehouseFailed({
              reason: "TimedOut",
              operation: "answer the query",
              detail: `it was stopped after ${Duration.format(limit)}. Ask for less, or give it more time with --timeout or SLUICE_QUERY_TIMEOUT.`
            })
        })
