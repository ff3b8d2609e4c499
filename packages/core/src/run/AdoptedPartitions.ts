import * as Either from "effect/Either"
import * as Runs from "../partition/internal/Runs.ts"
import * as Signature from "../partition/Signature.ts"
import type { Space } from "../partition/Space.ts"
import * as Stored from "../partition/Stored.ts"
import type { RunEvent } from "./RunEvent.ts"

/** Partitions that the store of an asset has marked as made, and by whom. */
export interface Marked {
  readonly runId: string
  /** When they were made: ISO 8601 in UTC. */
  readonly at: string
  readonly asset: string
  readonly space: Space
  /** The version of the code that made them. */
  readonly code: string
  readonly keys: ReadonlyArray<string>
  /** The number of their rows. */
  readonly rows: number
}

/** The event that records marked partitions as made. Undefined if the space has none of the keys. */
export const eventOf = ({ asset, at, code, keys, rows, runId, space }: Marked): RunEvent | undefined => {
  const indices = keys.flatMap((key) => Either.match(space.indexOf(key), { onLeft: () => [], onRight: (index) => [index] }))
  if (indices.length === 0) return undefined
  const runs = Runs.fromRanges(
    space.size,
    indices.map((index) => [index, index + 1] as const)
  )
  const count = Runs.size(runs)
  const slice = {
    partitions: Stored.of(space, runs),
    ...(count === 1 ? {} : { count }),
    durationMillis: 0,
    metadata: { rows }
  }
  return { _tag: "PartitionsSucceeded", runId, at, asset, set: Signature.of(space), code, slices: [slice] }
}
