import type * as Asset from "../asset/Asset.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import * as PartitionReport from "./PartitionReport.ts"
import type { PartitionStates } from "./PartitionStaleness.ts"
import type { Plan } from "./Plan.ts"
import * as Units from "./Units.ts"

/** What a plan does with the partitions of one asset. */
export interface PartitionPreview {
  readonly asset: string
  /** The name of the set. */
  readonly set: string
  /** The number of partitions to make, and those in words. */
  readonly count: number
  readonly text: string
  /** How many of them are there already, and are made again. */
  readonly again: number
  /** How many calls of `materialize` make them. */
  readonly calls: number
  /** The most of these calls at once; undefined if only the run limits them. */
  readonly concurrency: number | undefined
  /** How many partitions are there and are not made. */
  readonly kept: number
  /** Partitions that are there and that the set no longer has, in words; empty if there is none. */
  readonly orphaned: string
}

/** What a plan does with the partitions of each step that makes some, in plan order. */
export const of = (
  plan: Plan<Asset.Any>,
  states: ReadonlyMap<string, PartitionStates>,
  options: { readonly limit?: number } = {}
): ReadonlyArray<PartitionPreview> => {
  const { cut, graph, steps } = plan
  const units = new Map(Units.of(plan).flatMap((unit) => unit.steps.map(({ asset }) => [asset, unit.cut] as const)))
  return steps.flatMap(({ action, asset }) => {
    const [space, runs] = [cut?.cuts.spaceOf(asset), cut?.runs.get(asset)]
    const { partitioning } = graph.assets[graph.indexOf(asset) ?? -1] ?? {}
    if (action !== "materialize" || space === undefined || runs === undefined || partitioning === undefined) return []
    const { concurrency, dependsOnPast } = partitioning
    const unit = units.get(asset)
    const known = states.get(asset)
    const made = known?.made ?? Runs.empty(space.size)
    return {
      asset,
      set: space.name,
      count: Runs.size(runs),
      text: PartitionText.print(space, runs, options),
      again: Runs.size(Runs.intersect(runs, made)),
      calls: unit === undefined ? 0 : Units.countSlices(unit, runs),
      concurrency: dependsOnPast ? 1 : concurrency,
      kept: Runs.size(Runs.difference(made, runs)),
      orphaned: known === undefined ? "" : PartitionReport.orphanedText(known, options)
    }
  })
}
