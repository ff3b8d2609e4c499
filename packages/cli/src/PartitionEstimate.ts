import * as Stored from "@sluice/core/partition/Stored"
import type { PartitionPreview } from "@sluice/core/plan/PartitionPreview"
import type { PartitionStates } from "@sluice/core/plan/PartitionStaleness"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as RunEstimate from "./RunEstimate.ts"

/** The number of an asset's last calls that count. */
const memory = 20

/**
 * The expected milliseconds of each asset that makes partitions: the median of its last calls, times the calls, over those that run at
 * once. An asset without recorded calls has none. Runs one query per asset.
 */
export const of = Effect.fn("PartitionEstimate.of")(function* (
  previews: ReadonlyArray<PartitionPreview>,
  states: ReadonlyMap<string, PartitionStates>,
  concurrency: number
) {
  const store = yield* RunStore
  const expected = new Map<string, number>()
  for (const { asset, calls, concurrency: own } of previews) {
    const known = states.get(asset)
    if (known === undefined) continue
    const records = yield* store.partitionsOf(asset, Stored.of(known.space, known.made), memory)
    const call = RunEstimate.median(records.flatMap(({ durationMillis }) => durationMillis ?? []))
    if (call !== undefined)
      expected.set(asset, (call * calls) / Math.max(1, Math.min(concurrency, own ?? concurrency, calls)))
  }
  return expected
})
