import * as Runs from "../partition/internal/Runs.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import * as Signature from "../partition/Signature.ts"
import * as Slice from "../partition/Slice.ts"
import type { Space } from "../partition/Space.ts"
import * as Stored from "../partition/Stored.ts"
import type { Cause, PartitionStates } from "./PartitionStaleness.ts"

/** How many partitions of an asset are in each state. A partition can be in several: made, stale, and failed since. */
export interface Counts {
  readonly total: number
  readonly made: number
  readonly missing: number
  readonly failed: number
  readonly stale: number
  /** Undefined if a range of stored partitions cannot be counted, as of a cron expression. */
  readonly orphaned: number | undefined
}

/** Some partitions: their number, and in words. */
export interface Some {
  readonly count: number
  readonly text: string
}

/** The states of an asset's partitions in words. */
export interface PartitionReport {
  /** The name of the set. */
  readonly set: string
  readonly counts: Counts
  readonly made: string
  readonly missing: string
  readonly failed: string
  readonly stale: string
  readonly causes: ReadonlyArray<Omit<Cause, "runs"> & Some>
  readonly orphaned: string
  /** How the set is cut in another way than the partitions that are there: sentences; empty if it is not. */
  readonly recut: ReadonlyArray<string>
  /** Whether the table was last made whole. */
  readonly isMadeWhole: boolean
}

/** What to do about partitions of another cut, in sentences. */
export const recutRemedy = (name: string): string =>
  `The partitions that are there are not those of the new cut. \`sluice partitions reset ${name} --yes\` forgets them, and the table is then made anew, partition by partition.`

/** What to do about a table that was last made whole: the rest of a sentence, and another one. */
export const wholeRemedy = (name: string): string =>
  `was made whole, and is cut now. \`sluice partitions adopt ${name}\` takes its rows as partitions; with --dry-run, it only counts them. \`sluice partitions reset ${name}\` says how to begin anew.`

/** The numbers of an asset's partitions by state. O(ranges). */
export const counts = ({ failed, made, missing, orphaned, signature, space, stale }: PartitionStates): Counts => ({
  total: Runs.size(space.all),
  made: Runs.size(made),
  missing: Runs.size(missing),
  failed: Runs.size(failed),
  stale: Runs.size(stale),
  orphaned: Stored.count(orphaned, Signature.granularityOf(signature))
})

/** Some of the made partitions, with at most three ranges as text. */
export interface SomeMade extends Some {
  readonly partitions: Stored.Stored
}

/** The made partitions of some keys. Undefined if there are none. */
export const madeOf = ({ made, space }: PartitionStates, keys: ReadonlyArray<string>): SomeMade | undefined =>
  someOf(space, Runs.intersect(made, Slice.runsOf(space, keys)))

/** The made partitions, except those of some keys. Undefined if there are none. */
export const madeExcept = ({ made, space }: PartitionStates, keys: ReadonlyArray<string>): SomeMade | undefined =>
  someOf(space, Runs.difference(made, Slice.runsOf(space, keys)))

const someOf = (space: Space, runs: Runs.Runs): SomeMade | undefined => {
  if (Runs.isEmpty(runs)) return undefined
  const text = PartitionText.print(space, runs, { limit: 3 })
  return { count: Runs.size(runs), text, partitions: Stored.of(space, runs) }
}

/** The partitions that are there and that the set no longer has, by their keys: ranges that are next to each other as one. */
export const orphanedText = (
  { orphaned, signature }: Pick<PartitionStates, "orphaned" | "signature">,
  { limit }: { readonly limit?: number } = {}
): string => {
  const joined = Stored.union(orphaned, Stored.empty(orphaned.unit), Signature.granularityOf(signature))
  return Signature.text(signature, joined, limit)
}

/** The states that some partition of an asset is in, as a selection names them; `never` if none is made. */
export const words = ({ causes, failed, made, missing, orphaned, stale }: PartitionStates): ReadonlyArray<string> => [
  ...(Runs.isEmpty(made) ? ["never"] : []),
  ...(Runs.isEmpty(missing) ? [] : ["missing"]),
  ...(Runs.isEmpty(stale) ? [] : ["stale"]),
  ...(causes.some(({ _tag }) => _tag === "Code" || _tag === "CodeUnknown") ? ["changed"] : []),
  ...(Runs.isEmpty(failed) ? [] : ["failed"]),
  ...(Stored.isEmpty(orphaned) ? [] : ["orphaned"])
]

/** The report of an asset's partitions. Each state is written with at most `limit` ranges. */
export const of = (states: PartitionStates, options: { readonly limit?: number } = {}): PartitionReport => {
  const { causes, failed, isMadeWhole, made, missing, recut, space, stale } = states
  const words = (runs: Runs.Runs) => PartitionText.print(space, runs, options)
  return {
    set: space.name,
    counts: counts(states),
    made: words(made),
    missing: words(missing),
    failed: words(failed),
    stale: words(stale),
    causes: causes.map(({ runs, ...cause }) => ({ ...cause, count: Runs.size(runs), text: words(runs) })),
    orphaned: orphanedText(states, options),
    recut,
    isMadeWhole
  }
}
