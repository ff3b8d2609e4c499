import type * as Asset from "../asset/Asset.ts"
import type { Policy } from "../asset/Partitioning.ts"
import * as lines from "../partition/internal/lines.ts"
import * as Runs from "../partition/internal/Runs.ts"
import type { Space } from "../partition/Space.ts"
import type { Plan, Planned } from "./Plan.ts"

/**
 * Steps of a plan that run together: steps of one set, made slice by slice, or steps that are not cut. A unit starts when the units
 * before it have ended.
 */
export interface Unit {
  readonly steps: ReadonlyArray<Planned>
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
 * key; otherwise it waits for their unit to end. Reads and checks of stored assets count as not cut. What is cut and not stored is in
 * the unit of its readers, since its value ends with its slice.
 */
export const of = (plan: Plan<Asset.Any>): ReadonlyArray<Unit> => {
  const { cut, steps } = plan
  if (cut === undefined) return [{ steps, cut: undefined }]
  const { levels } = levelsOf(plan, cut)
  const units = new Map<string, { level: number; steps: Array<Planned> }>()
  for (const step of steps) {
    const { kind, level } = levels.get(step.asset) ?? { kind: "", level: 0 }
    const id = JSON.stringify([level, kind])
    const unit = units.get(id) ?? { level, steps: [] }
    units.set(id, unit)
    unit.steps.push(step)
  }
  return [...units.values()]
    .sort((a, b) => a.level - b.level)
    .map(({ steps }) => ({ steps, cut: cutOf(steps, cut, (step) => assetOf(plan, step)) }))
}

/** Why steps cannot be put into units: whole sentences. */
export const problems = (plan: Plan<Asset.Any>): ReadonlyArray<string> => {
  if (plan.cut === undefined) return []
  return levelsOf(plan, plan.cut).apart.map((name) => {
    const readers = plan.steps.filter(({ after }) => after.includes(name)).map(({ asset }) => `"${asset}"`)
    return `"${name}" is cut and not stored, and is read by ${readers.sort().join(", ")}, which are not made at the same time, since one waits for all partitions of another. Store "${name}".`
  })
}

type Cut = NonNullable<Plan<Asset.Any>["cut"]>

interface Level {
  readonly level: number
  /** The set and policy of what the step makes; empty text if it is not cut. */
  readonly kind: string
}

const assetOf = ({ graph }: Plan<Asset.Any>, { asset }: Planned): Asset.Any | undefined =>
  graph.assets[graph.indexOf(asset) ?? -1]

/** The levels of steps, and the assets that are not stored and cannot be at the level of all of their readers. */
const levelsOf = (
  plan: Plan<Asset.Any>,
  cut: Cut
): { readonly levels: ReadonlyMap<string, Level>; readonly apart: ReadonlyArray<string> } => {
  const { steps } = plan
  const kinds = new Map(
    steps.map((step) => {
      const asset = assetOf(plan, step)
      return [step.asset, asset === undefined || !isMade(step, cut) ? "" : kindOf(asset)] as const
    })
  )
  const unstored = new Set(
    steps.flatMap((step) =>
      kinds.get(step.asset) !== "" && assetOf(plan, step)?.storage._tag === "Ephemeral" ? [step.asset] : []
    )
  )
  /** What a step that is not stored must not be made before. */
  const least = new Map<string, number>()
  while (true) {
    const levels = new Map<string, Level>()
    for (const step of steps) {
      const asset = assetOf(plan, step)
      const kind = kinds.get(step.asset) ?? ""
      let level = least.get(step.asset) ?? 0
      for (const name of step.after) {
        const before = levels.get(name)
        if (before === undefined) continue
        const joins = before.kind === kind && (kind === "" || (asset !== undefined && hasSameKey(asset, name)))
        level = Math.max(level, joins ? before.level : before.level + 1)
      }
      levels.set(step.asset, { level, kind })
    }
    let grown = false
    const apart: Array<string> = []
    for (const { after, asset } of unstored.size === 0 ? [] : steps) {
      const { kind, level } = levels.get(asset) ?? { kind: "", level: 0 }
      for (const name of after) {
        const own = levels.get(name)
        if (own === undefined || !unstored.has(name) || own.kind !== kind || own.level >= level) continue
        // No step is later than there are steps, unless it pushes itself on.
        if (level > steps.length) apart.push(name)
        least.set(name, Math.max(level, least.get(name) ?? 0))
        grown = true
      }
    }
    if (!grown || apart.length > 0) return { levels, apart: [...new Set(apart)].sort() }
  }
}

/** Whether a step makes partitions. A step that checks some only reads them. */
const isMade = ({ action, asset }: Planned, { runs }: Pick<Cut, "runs">): boolean => action !== "check" && runs.has(asset)

const kindOf = ({ partitioning }: Asset.Any): string =>
  partitioning === undefined ? "" : JSON.stringify([partitioning.partitions.name, partitioning.policy])

/** Whether an asset reads an upstream only by the key that both have. */
const hasSameKey = ({ partitioning, upstreams }: Asset.Any, upstream: string): boolean =>
  Object.entries(upstreams).every(([as, { name }]) => name !== upstream || partitioning?.mappings[as] === undefined)

const cutOf = (
  steps: ReadonlyArray<Planned>,
  { cuts, runs }: Cut,
  assetOf: (step: Planned) => Asset.Any | undefined
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
