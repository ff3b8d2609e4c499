import type * as Asset from "@sluice/core/asset/Asset"
import { type Origin, sample } from "@sluice/core/definitions/Origin"
import * as Plan from "@sluice/core/plan/Plan"
import type { Materialization } from "@sluice/core/run/RunRecord"
import type { RunResult } from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { UsageError } from "./CliError.ts"
import { Output } from "./Output.ts"
import * as Human from "./render/Human.ts"
import * as Layout from "./render/Layout.ts"
import type { Settings } from "./wiring/Settings.ts"

/** The effect of a plan on tables whose rows have another origin than its sources. */
export interface SourceChange {
  /** Whether the plan is refused, because the sample would join rows from a real API. Any other change is only a warning. */
  readonly refused: boolean
  readonly detail: string
}

/**
 * Compares the origin that a plan reads with the origins of the last materializations, and of the run that it retries. Returns
 * undefined if there is nothing to report: the plan reads no source, all rows have that origin, or real rows replace the sample.
 */
export const judge = (
  plan: Plan.Plan<Asset.Any>,
  materialized: ReadonlyMap<string, Materialization>,
  now: Origin | undefined,
  first?: Pick<RunResult, "origin" | "runId">
): SourceChange | undefined => {
  if (now === undefined || !Plan.readsSource(plan)) return undefined
  const { name: origin, sampleFor } = now
  const making = new Set(plan.steps.flatMap(({ action, asset }) => (action === "materialize" ? [asset] : [])))
  // A view has no rows of its own. Its tables are reported.
  const tables = plan.graph.assets.filter(({ storage }) => storage._tag === "Stored" && storage.kind !== "view")
  const from = (asset: Asset.Any) =>
    (materialized.get(asset.name)?.provenance.origins ?? []).filter((place) => place !== origin)
  const others = tables.filter((asset) => from(asset).length > 0)
  const replaced = others.filter(({ name }) => making.has(name))
  const kept = others.filter(({ name }) => !making.has(name))
  const are = (assets: ReadonlyArray<Asset.Any>, one: string, many: string) =>
    `${Human.list(assets.map(({ name }) => name))} ${assets.length === 1 ? one : many}`
  const places = (assets: ReadonlyArray<Asset.Any>) => Human.list([...new Set(assets.flatMap(from))].sort())

  if (sampleFor !== undefined) {
    const refusal = (what: string): SourceChange => ({
      refused: true,
      detail: `${what}, since ${sampleFor} is not set. Set it in the environment or in .env. To use the sample, pass --allow-sample-data.`
    })
    const made = (assets: ReadonlyArray<Asset.Any>) => `${are(assets, "was", "were")} made from ${places(assets)}`
    if (replaced.length > 0) {
      return refusal(`${made(replaced)}, and this run would replace that with the bundled sample data`)
    }
    if (kept.length > 0) return refusal(`${made(kept)}, and this run would put the bundled sample data beside that`)
    return first?.origin === undefined || first.origin === sample
      ? undefined
      : refusal(`Run ${first.runId} read from ${first.origin}, and this run would continue it with the bundled sample data`)
  }
  const replacedReal = replaced.filter((asset) => from(asset).some((place) => place !== sample))
  const sentences = [
    ...(replacedReal.length === 0
      ? []
      : [`${are(replacedReal, "was", "were")} made from ${places(replacedReal)}, and will be made from ${origin}.`]),
    ...(kept.length === 0 ? [] : [`${are(kept, "keeps its", "keep their")} rows from ${places(kept)}.`])
  ]
  return sentences.length === 0 ? undefined : { refused: false, detail: sentences.join(" ") }
}

/** Fails if the plan is refused and not allowed, before anything is written. Warns of any other change. */
export const check = Effect.fn("OriginGuard.check")(function* (
  plan: Plan.Plan<Asset.Any>,
  settings: Settings,
  allowSampleData: boolean,
  first?: RunResult
) {
  const change = judge(plan, yield* (yield* RunStore).materializations, settings.configured.origin, first)
  if (change === undefined) return
  if (change.refused && !allowSampleData) return yield* new UsageError({ detail: change.detail })
  if (!change.refused) {
    const { errStyle, err } = yield* Output
    yield* err(Layout.hang(`${errStyle.yellow(errStyle.marks.warning)} `, change.detail, errStyle.columns))
  }
})
