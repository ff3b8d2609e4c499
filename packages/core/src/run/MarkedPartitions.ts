import * as Either from "effect/Either"
import * as Runs from "../partition/internal/Runs.ts"
import * as Signature from "../partition/Signature.ts"
import type { Space } from "../partition/Space.ts"
import * as Stored from "../partition/Stored.ts"
import type { PartitionStates } from "../plan/PartitionStaleness.ts"
import type { RunEvent } from "./RunEvent.ts"
import type { UnfinishedRun } from "./RunRecord.ts"

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
  /** The number of their rows, if it is known. */
  readonly rows?: number
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
    metadata: rows === undefined ? {} : { rows }
  }
  return { _tag: "PartitionsSucceeded", runId, at, asset, set: Signature.of(space), code, slices: [slice] }
}

/**
 * The event of partitions that a run has made and, since its process died, not recorded. `keys` are those that the store has marked
 * with the run. Undefined if the history has all of them.
 */
export const unrecorded = (
  run: UnfinishedRun,
  asset: string,
  { madeAt, space }: PartitionStates,
  { code, keys }: Pick<Marked, "code" | "keys">
): RunEvent | undefined => {
  const started = Date.parse(run.startedAt)
  const isRecorded = (key: string) =>
    Either.match(space.indexOf(key), { onLeft: () => true, onRight: (index) => (madeAt(index) ?? -1) >= started })
  // No later than the rows: an upstream that was made since is newer.
  const at = [run.startedAt, run.heartbeatAt].sort()[1] ?? run.startedAt
  return eventOf({ runId: run.runId, at, asset, space, code, keys: keys.filter((key) => !isRecorded(key)) })
}

/** The version of the code by which a run has made partitions of an asset; `unknown` if it has recorded none. */
export const codeIn = (events: ReadonlyArray<RunEvent>, asset: string): string =>
  events.reduce(
    (code, event) => (event._tag === "PartitionsSucceeded" && event.asset === asset ? event.code : code),
    "unknown"
  )
