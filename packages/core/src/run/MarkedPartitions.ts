import type * as Asset from "../asset/Asset.ts"
import * as Storage from "../asset/Storage.ts"
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
  readonly asset: Pick<Asset.Any, "name" | "storage">
  readonly space: Space
  /** The version of the code that made them. */
  readonly code: string
  readonly runs: Runs.Runs
  /** The number of their rows; undefined if it is not known. */
  readonly rows?: number
}

/** The event that records marked partitions as made. Undefined if there are none. */
export const eventOf = ({ asset, at, code, rows, runId, runs, space }: Marked): RunEvent | undefined => {
  const count = Runs.size(runs)
  if (count === 0) return undefined
  const slice = {
    partitions: Stored.of(space, runs),
    ...(count === 1 ? {} : { count }),
    durationMillis: 0,
    metadata: rows === undefined ? {} : { rows }
  }
  const set = Signature.of(space, Storage.partitionByOf(asset.storage))
  return { _tag: "PartitionsSucceeded", runId, at, asset: asset.name, set, code, slices: [slice] }
}
