import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Slice from "../partition/Slice.ts"
import * as PartitionReport from "../plan/PartitionReport.ts"
import type { PartitionStates } from "../plan/PartitionStaleness.ts"

/**
 * The made partitions of an asset whose values are gone, as its storage reports. Undefined if there are none, or if the storage cannot
 * tell. If it fails, nothing counts as gone: the step that loads or makes the value reports the error.
 */
export const of = Effect.fn("LostValues.of")(function* <A extends Asset.Any>(
  { storage }: A,
  states: PartitionStates
): Effect.fn.Return<PartitionReport.SomeMade | undefined, never, Asset.Context<A>> {
  if (storage._tag !== "Stored" || storage.lost === undefined || Runs.isEmpty(states.made)) return undefined
  const lost = unsafeCast<Effect.Effect<ReadonlyArray<string>, Failure, Asset.Context<A>>>(
    storage.lost(Slice.make(states.space, states.made))
  )
  const keys = yield* Effect.catchAllCause(lost, (cause) =>
    Cause.isInterruptedOnly(cause) ? Effect.interrupt : Effect.succeed([])
  )
  return PartitionReport.madeOf(states, keys)
})
