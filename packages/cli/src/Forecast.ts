import type { Step } from "@sluice/core/plan/Plan"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

/** How long a run will take, as far as history tells. */
export interface Forecast {
  /** What each asset that has been materialized before is expected to take, in milliseconds. */
  readonly steps: ReadonlyMap<string, number>
  /** What they are expected to take together; undefined where nothing is known. */
  readonly total: number | undefined
  /** How many assets would be materialized of which nothing is known, and which count as nothing in the total. */
  readonly unknown: number
}

export const nothing: Forecast = { steps: new Map(), total: undefined, unknown: 0 }

/** How many of an asset's last materializations are looked at. */
const memory = 5

/** An asset is expected to take the median of its last materializations. One query per step. */
export const of = Effect.fn("Forecast.of")(function* (steps: ReadonlyArray<Step>, concurrency: number) {
  const store = yield* RunStore
  const last = yield* store.materializations
  const made = steps.filter(({ action }) => action === "materialize")
  const expected = new Map<string, number>()
  for (const { asset } of made) {
    const durations = (yield* store.history(asset, memory)).map(({ durationMillis }) => durationMillis)
    // The last one is known even where its run was pruned.
    const millis = median(durations) ?? last.get(asset)?.durationMillis
    if (millis !== undefined) expected.set(asset, millis)
  }
  const unknown = made.filter(({ asset }) => !expected.has(asset)).length
  const forecast: Forecast = {
    steps: expected,
    total: expected.size === 0 ? undefined : span(steps, expected, concurrency),
    unknown
  }
  return forecast
})

/** The middle one, or the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2
}

/** When the last step ends, if each starts, in the order given, as soon as it may and there is a place for it. */
export const span = (
  steps: ReadonlyArray<Pick<Step, "asset" | "after">>,
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
