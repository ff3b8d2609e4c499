import type * as Asset from "../asset/Asset.ts"
import type { Policy } from "../asset/Partitioning.ts"
import * as lines from "../partition/internal/lines.ts"
import * as Runs from "../partition/internal/Runs.ts"
import type { Space } from "../partition/Space.ts"
import type { Plan, Step } from "./Plan.ts"

/**
 * Steps of a plan that run together: steps of one set, made slice by slice, or steps that are not cut. A unit starts when the units
 * before it have ended.
 */
export interface Unit {
  readonly steps: ReadonlyArray<Step>
  /** How the steps are cut; undefined if they are not. */
  readonly cut: UnitCut | undefined
}

export interface UnitCut {
  readonly space: Space
  readonly policy: Policy
  /** The partitions of any of the steps. */
  readonly runs: Runs.Runs
  /** Where a slice of several partitions must end, ascending: what the steps make changes there. */
  readonly edges: ReadonlyArray<number>
}

/**
 * The units of a plan, in order. A step joins the unit of its upstreams if both are cut by one set with one policy and have the same
 * key; otherwise it waits for their unit to end. Reads and checks of stored assets count as not cut.
 */
export const of = (plan: Plan<Asset.Any>): ReadonlyArray<Unit> => {
  const { cut, graph, steps } = plan
  if (cut === undefined) return [{ steps, cut: undefined }]
  const assetOf = (step: Step) => graph.assets[graph.indexOf(step.asset) ?? -1]
  const levels = new Map<string, { readonly level: number; readonly kind: string }>()
  const units = new Map<string, { level: number; steps: Array<Step> }>()
  for (const step of steps) {
    const asset = assetOf(step)
    const kind = asset === undefined || !isMade(step, cut) ? "" : kindOf(asset)
    let level = 0
    for (const name of step.after) {
      const before = levels.get(name)
      if (before === undefined) continue
      const joins = before.kind === kind && (kind === "" || (asset !== undefined && hasSameKey(asset, name)))
      level = Math.max(level, joins ? before.level : before.level + 1)
    }
    levels.set(step.asset, { level, kind })
    const id = JSON.stringify([level, kind])
    const unit = units.get(id) ?? { level, steps: [] }
    units.set(id, unit)
    unit.steps.push(step)
  }
  return [...units.values()]
    .sort((a, b) => a.level - b.level)
    .map(({ steps }) => ({ steps, cut: cutOf(steps, cut, assetOf) }))
}

/** Whether a step makes partitions. A step that checks some only reads them. */
const isMade = ({ action, asset }: Step, { runs }: Pick<NonNullable<Plan<Asset.Any>["cut"]>, "runs">): boolean =>
  action !== "check" && runs.has(asset)

const kindOf = ({ partitioning }: Asset.Any): string =>
  partitioning === undefined ? "" : JSON.stringify([partitioning.partitions.name, partitioning.policy])

/** Whether an asset reads an upstream only by the key that both have. */
const hasSameKey = ({ partitioning, upstreams }: Asset.Any, upstream: string): boolean =>
  Object.entries(upstreams).every(([as, { name }]) => name !== upstream || partitioning?.mappings[as] === undefined)

const cutOf = (
  steps: ReadonlyArray<Step>,
  { cuts, runs }: NonNullable<Plan<Asset.Any>["cut"]>,
  assetOf: (step: Step) => Asset.Any | undefined
): UnitCut | undefined => {
  const [first] = steps
  const space = first === undefined || !isMade(first, { runs }) ? undefined : cuts.spaceOf(first.asset)
  const policy = first === undefined ? undefined : assetOf(first)?.partitioning?.policy
  if (space === undefined || policy === undefined) return undefined
  const all = steps.map(({ asset }) => runs.get(asset) ?? Runs.empty(space.size))
  const edges = policy === "each" ? [] : edgesOf(all)
  return { space, policy, runs: all.reduce(Runs.union, Runs.empty(space.size)), edges }
}

const edgesOf = (all: ReadonlyArray<Runs.Runs>): ReadonlyArray<number> => {
  const edges = new Set<number>()
  for (const runs of all) for (const range of Runs.ranges(runs)) for (const edge of range) edges.add(edge)
  return [...edges].sort((a, b) => a - b)
}

/** The ranges of a unit's partitions that can be one slice each: in a line of time, and made by the same steps. */
function* rangesOf({ edges, runs, space }: UnitCut): Generator<readonly [from: number, to: number]> {
  let next = 0
  for (const [from, to] of lines.rangesOf(space, runs)) {
    let at = from
    for (; (edges[next] ?? to) < to; next++) {
      const edge = edges[next] ?? to
      if (edge <= at) continue
      yield [at, edge]
      at = edge
    }
    yield [at, to]
  }
}

/**
 * The slices of a unit in the order in which they are made, each a range `[from, to)` of indices. A step makes all of a slice or none
 * of it, so its readers in the unit are given all that they read.
 */
export function* slicesOf(cut: UnitCut, newestFirst: boolean): Generator<readonly [number, number]> {
  const { policy } = cut
  for (const [from, to] of newestFirst ? [...rangesOf(cut)].reverse() : rangesOf(cut)) {
    const size = policy === "each" ? 1 : policy === "single-run" ? to - from : Math.max(1, policy.batches)
    if (newestFirst) for (let end = to; end > from; end -= size) yield [Math.max(from, end - size), end]
    else for (let at = from; at < to; at += size) yield [at, Math.min(to, at + size)]
  }
}

/** The number of slices of a unit, or of those in which a step makes some of its partitions: all of a slice or none. */
export const countSlices = (cut: UnitCut, made: Runs.Runs = cut.runs): number => {
  if (cut.policy === "each") return Runs.size(made)
  let count = 0
  for (const [from] of slicesOf(cut, false)) if (Runs.has(made, from)) count++
  return count
}
