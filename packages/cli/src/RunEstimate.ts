import type { Planned } from "@sluice/core/plan/Plan"
import type { Materialization } from "@sluice/core/run/RunRecord"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

/** The expected duration of a run, from the history. */
export interface RunEstimate {
  /** The expected milliseconds of each asset that was materialized before. */
  readonly steps: ReadonlyMap<string, number>
  /** The expected milliseconds of the whole run. Undefined if no asset has a history. */
  readonly total: number | undefined
  /** The number of assets without a history. They count as 0 in the total. */
  readonly unknown: number
}

export const nothing: RunEstimate = { steps: new Map(), total: undefined, unknown: 0 }

/** The number of an asset's last materializations that count. */
const memory = 5

/** The number of materializations whose end is known. A source has more of them than its downstream assets, which a run may skip. */
const longMemory = 4 * memory

/**
 * Estimates a run. The expected time of an asset is the median of its last materializations. It adds to the total only the time
 * after its upstreams ended, because an asset that runs alongside its source mostly waits for it. Runs one query per step. `cut` has the expected milliseconds
 * of assets that make partitions.
 */
export const of = Effect.fn("RunEstimate.of")(function* (
  steps: ReadonlyArray<Planned>,
  concurrency: number,
  cut: ReadonlyMap<string, number> = new Map()
) {
  const store = yield* RunStore
  const last = yield* store.materializations
  const made = steps.filter(({ action }) => action === "materialize")
  const expected = new Map<string, number>()
  const alone = new Map<string, number>()
  const endOf = new Map<string, number>()
  const key = (asset: string, runId: string) => JSON.stringify([asset, runId])
  const ofItsOwn = ({ after }: Planned, { at, durationMillis, runId }: Materialization) => {
    const end = Date.parse(at)
    const sinceThen = after.flatMap((up) => {
      const upEnd = endOf.get(key(up, runId))
      return upEnd === undefined ? [] : [end - upEnd]
    })
    return Math.max(0, Math.min(durationMillis, ...sinceThen))
  }
  for (const step of made) {
    const { asset } = step
    const ofPartitions = cut.get(asset)
    if (ofPartitions !== undefined) {
      expected.set(asset, ofPartitions)
      alone.set(asset, ofPartitions)
      continue
    }
    const recorded = yield* store.history(asset, longMemory)
    // The store keeps the last materialization even if its run was pruned.
    const all = recorded.length > 0 ? recorded : [last.get(asset)].filter((one) => one !== undefined)
    for (const { at, runId } of all) endOf.set(key(asset, runId), Date.parse(at))
    const known = all.slice(0, memory)
    const millis = median(known.map(({ durationMillis }) => durationMillis))
    const own = median(known.map((one) => ofItsOwn(step, one)))
    if (millis !== undefined) expected.set(asset, millis)
    if (own !== undefined) alone.set(asset, own)
  }
  const unknown = made.filter(({ asset }) => !expected.has(asset)).length
  const estimate: RunEstimate = {
    steps: expected,
    total: expected.size === 0 ? undefined : span(steps, alone, concurrency),
    unknown
  }
  return estimate
})

/** The middle one, or the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2
}

/** The end of the last step, if each step starts in this order, as soon as its upstreams have ended and a slot is free. */
export const span = (
  steps: ReadonlyArray<Pick<Planned, "asset" | "after">>,
  millis: ReadonlyMap<string, number>,
  concurrency: number
): number => {
  const places = new Array<number>(Math.max(1, Math.min(concurrency, steps.length))).fill(0)
  const ends = new Map<string, number>()
  for (const { after, asset } of steps) {
    const free = places.indexOf(Math.min(...places))
    const start = Math.max(places[free] ?? 0, ...after.map((up) => ends.get(up) ?? 0))
    const end = start + (millis.get(asset) ?? 0)
    places[free] = end
    ends.set(asset, end)
  }
  return Math.max(0, ...ends.values())
}
