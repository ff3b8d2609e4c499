import { shellWord } from "@sluice/core/command/shellWord"
import * as SelectionText from "@sluice/core/graph/SelectionText"
import type { PartitionPreview } from "@sluice/core/plan/PartitionPreview"
import type { Planned, Reason } from "@sluice/core/plan/Plan"
import type { Staleness } from "@sluice/core/plan/Staleness"
import type { Materialization } from "@sluice/core/run/RunRecord"
import type { Loading } from "@sluice/warehouse/Warehouse"
import * as Either from "effect/Either"
import type { SourceChange } from "../OriginGuard.ts"
import type { RunEstimate } from "../RunEstimate.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PreviewText from "./PreviewText.ts"
import * as StandingText from "./StandingText.ts"
import type { Style } from "./Style.ts"

/** A plan and its history. */
export interface Prospect {
  readonly selection: string
  readonly steps: ReadonlyArray<Planned>
  /** The partitions that steps make. */
  readonly partitions?: ReadonlyArray<PartitionPreview>
  readonly estimate: RunEstimate
  /** The last materializations, by asset. */
  readonly materialized: ReadonlyMap<string, Materialization>
  /** The status of the assets, if only changed ones will be materialized. */
  readonly standings: ReadonlyMap<string, Staleness> | undefined
  /** How tables will be filled. Undefined if the store was not asked. */
  readonly loading: Loading | undefined
  /** Where sources would be read. Undefined if the plan reads none. */
  readonly origin: string | undefined
  /** The effect on rows of another origin. */
  readonly sourceChange: SourceChange | undefined
}

/**
 * Lists the steps of a plan in order, each with its action, its expected time and its reason. Then shows the total, how rows are
 * loaded, and their origin.
 */
export const lines = (prospect: Prospect, style: Style): ReadonlyArray<string> => {
  const { estimate, loading, origin, partitions = [], sourceChange, steps } = prospect
  const digits = String(steps.length).length
  const times = steps.map(({ asset }) => duration(estimate.steps.get(asset)))
  const timeWidth = Math.max(0, ...times.map((time) => time.length))
  const rows = steps.map((step, i) => [
    `  ${style.dim(String(i + 1).padStart(digits))}  ${style.cyan(step.asset)}`,
    actionOf(step, prospect),
    ...(timeWidth === 0 ? [] : [Layout.padStart(times[i] ?? "", timeWidth)]),
    style.dim(reasonOf(step, prospect))
  ])
  return [
    ...Layout.wrap(`${Human.plural(steps.length, "step")} for ${selection(prospect.selection)}`, style.columns).map(
      style.bold
    ),
    ...Layout.table(rows, style.columns),
    ...PreviewText.lines(partitions, style),
    ...(estimate.total === undefined ? [] : Layout.wrap(total(estimate, estimate.total), style.columns).map(style.dim)),
    ...(loading === undefined || steps.length === 0 ? [] : Layout.wrap(loadsBy(loading), style.columns).map(style.dim)),
    ...(origin === undefined ? [] : Layout.wrap(`reads from ${origin}`, style.columns).map(style.dim)),
    ...(sourceChange === undefined ? [] : changed(sourceChange, style))
  ]
}

/** The plan as JSON: `{ selection, expectedMillis, loadsBy, origin, sourceChange, steps: [{ asset, action, … }] }`. */
export const json = ({
  estimate,
  loading,
  materialized,
  partitions = [],
  selection,
  standings,
  steps,
  ...source
}: Prospect): string =>
  JSON.stringify(
    {
      selection,
      expectedMillis: estimate.total ?? null,
      loadsBy: loading?.by ?? null,
      origin: source.origin ?? null,
      sourceChange: source.sourceChange ?? null,
      steps: steps.map((step) => ({
        ...step,
        ...PreviewText.fields(step, partitions),
        expectedMillis: estimate.steps.get(step.asset) ?? null,
        materializedAt: materialized.get(step.asset)?.at ?? null,
        ...(standings === undefined ? {} : { standing: standings.get(step.asset) ?? null })
      }))
    },
    null,
    2
  )

/** A recorded selection as it is typed. All assets are `--all`, because a shell expands `*`, and all but some `--all --exclude`. */
export const selection = (text: string): string => {
  if (text === "*") return "--all"
  const parsed = Either.getOrUndefined(SelectionText.parse(text))
  const isRest = parsed?._tag === "And" && parsed.left._tag === "All" && parsed.right._tag === "Not"
  return isRest ? `--all --exclude ${shellWord(SelectionText.print(parsed.right.of))}` : text
}

/** Why a step is in its plan, in words. */
export const why = (
  { asset, reason }: { readonly asset: string; readonly reason: Reason },
  plan: { readonly steps: ReadonlyArray<Planned> }
): string => {
  switch (reason._tag) {
    case "Selected":
      return "selected"
    case "NeededBy":
      return `needed by ${Human.list(reason.assets)} (never stored)`
    case "LoadedFor":
      return `loaded for ${Human.list(reason.assets)}`
    case "SameSnapshot":
      return `between ${reason.source} and ${Human.list(selectedBelow(asset, plan.steps))}: same snapshot`
  }
}

const changed = ({ detail, refused }: SourceChange, { columns, marks, red, yellow }: Style): ReadonlyArray<string> =>
  refused
    ? Layout.hang(`${red(marks.failed)} `, `\`materialize\` refuses this: ${detail}`, columns)
    : Layout.hang(`${yellow(marks.warning)} `, detail, columns)

const actionOf = ({ action, asset }: Planned, { standings }: Prospect): string =>
  action === "materialize" && standings?.get(asset)?._tag === "Fresh" ? "leave" : action

const reasonOf = (step: Planned, { materialized, standings, steps }: Prospect): string => {
  const at = materialized.get(step.asset)?.at
  const since = at === undefined ? "" : Human.time(at)
  const standing = standings?.get(step.asset)
  if (step.action === "observe") return `external, ${since === "" ? "never observed" : `last observed ${since}`}`
  if (step.action === "load") return `${why(step, { steps })}, as of ${since}`
  if (standing?._tag === "Fresh") return `unchanged since ${since}, unless a source has new data`
  if (standing?._tag === "Stale") return StandingText.words(standing)
  if (standing?._tag === "Ephemeral") return "read, to see whether it has new data"
  if (standing?._tag === "Never") return "never materialized before"
  return why(step, { steps })
}

const total = ({ unknown }: RunEstimate, millis: number): string =>
  `about ${Human.duration(millis)} in all${unknown === 0 ? "" : `, without ${Human.plural(unknown, "asset")} that never ran`}`

const loadsBy = ({ by, slower }: Loading): string => `loads by ${by}${slower === undefined ? "" : `: ${slower}`}`

const duration = (millis: number | undefined): string => (millis === undefined ? "" : Human.duration(millis))

/** The selected downstream steps of a step, direct and indirect. */
const selectedBelow = (asset: string, steps: ReadonlyArray<Planned>): ReadonlyArray<string> => {
  const below = new Set([asset])
  for (const step of steps) if (step.after.some((name) => below.has(name))) below.add(step.asset)
  return steps.filter((step) => step.reason._tag === "Selected" && below.has(step.asset)).map((step) => step.asset)
}
