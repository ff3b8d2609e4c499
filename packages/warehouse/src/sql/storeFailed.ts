import { StoreFailed } from "@sluice/core/source/StoreFailed"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"

/** Fails with the error that the ports of sources declare, instead of the warehouse's own. */
export const asStoreFailed = <A, E, R>(
  effect: Effect.Effect<A, E | WarehouseFailed, R>
): Effect.Effect<A, Exclude<E, WarehouseFailed> | StoreFailed, R> =>
  Effect.catchIf(
    effect,
    (error) => error instanceof WarehouseFailed,
    ({ detail, operation, reason, retryable }) => Effect.fail(new StoreFailed({ detail, operation, reason, retryable }))
  )
