import * as Effect from "effect/Effect"
import type * as AssetCheck from "../asset/AssetCheck.ts"
import type { Failure } from "../asset/Failure.ts"
import type * as Storage from "../asset/Storage.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Slice from "../partition/Slice.ts"

/** The outcome of a check, with its partition if it failed, and else with the number of partitions that passed. */
export type Tell = (check: AssetCheck.Any, outcome: AssetCheck.Outcome) => void

/**
 * Evaluates checks on each stored partition of a slice, a few partitions at a time. Tells each failure, and each check that every
 * partition has passed. Returns the checks that failed, in their order.
 */
export const run = Effect.fnUntraced(function* <R>(options: {
  readonly slice: Slice.Slice
  readonly slices: Storage.StoredSlices<R>
  readonly checks: ReadonlyArray<AssetCheck.Any>
  /** Turns a check of a partition that cannot be evaluated into one that failed. */
  readonly safely: (
    evaluated: Effect.Effect<AssetCheck.Outcome, Failure, unknown>,
    partition: Slice.Slice
  ) => Effect.Effect<AssetCheck.Outcome>
  readonly tell: Tell
}): Effect.fn.Return<ReadonlyArray<AssetCheck.Any>, Failure, R> {
  const { checks, safely, slice, slices, tell } = options
  const { space } = slice
  const rows = yield* slices.rows
  const failed = new Set<AssetCheck.Any>()
  const checkPartition = (index: number) => {
    const partition = Slice.make(space, Runs.fromRanges(space.size, [[index, index + 1]]))
    const { key } = partition
    return Effect.forEach(
      checks,
      (check) =>
        Effect.map(
          safely(
            Effect.suspend(() => slices.evaluate(check, partition, rows.get(key))),
            partition
          ),
          ({ metadata, passed }) => {
            if (passed) return
            failed.add(check)
            tell(check, { passed, metadata: { ...metadata, partition: key } })
          }
        ),
      { discard: true }
    )
  }
  yield* Effect.forEach(Runs.indices(slice.runs), checkPartition, { concurrency: partitionsAtOnce, discard: true })
  for (const check of checks) {
    if (!failed.has(check)) tell(check, { passed: true, metadata: { partitions: slice.size } })
  }
  return checks.filter((check) => failed.has(check))
})

/** The number of an asset's partitions that are checked at once. */
const partitionsAtOnce = 4
