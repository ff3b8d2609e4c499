import type * as Asset from "@sluice/core/asset/Asset"
import * as Stored from "@sluice/core/partition/Stored"
import * as PartitionPreview from "@sluice/core/plan/PartitionPreview"
import type { PartitionStates } from "@sluice/core/plan/PartitionStaleness"
import type { Plan } from "@sluice/core/plan/Plan"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as RunEstimate from "./RunEstimate.ts"

/** What a plan does with partitions, and the expected milliseconds of each asset that makes some. Reads nothing if no asset is cut. */
export const ofPlan = Effect.fn("PartitionEstimate.ofPlan")(function* (plan: Plan<Asset.Any>, concurrency: number) {
  const facts =
    plan.cut === undefined ? undefined : yield* PartitionFacts.of(plan.graph, yield* (yield* RunStore).materializations)
  const states: ReadonlyMap<string, PartitionStates> = facts?.states ?? new Map()
  const previews = PartitionPreview.of(plan, states, { limit: 3 })
  return { previews, expected: yield* of(previews, states, concurrency) }
})

/** The number of an asset's last calls that count. */
const memory = 20

/**
 * The expected milliseconds of each asset that makes partitions: the median of its last calls, times the calls, over those that run at
 * once. An asset without recorded calls has none. Runs one query per asset.
 */
const of = Effect.fn("PartitionEstimate.of")(function* (
  previews: ReadonlyArray<PartitionPreview.PartitionPreview>,
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
