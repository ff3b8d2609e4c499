import type * as Asset from "@sluice/core/asset/Asset"
import type { Values } from "@sluice/core/command/CommandTable"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type * as Selection from "@sluice/core/graph/Selection"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import type * as Plan from "@sluice/core/plan/Plan"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import * as PartitionEstimate from "../PartitionEstimate.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as RunEstimate from "../RunEstimate.ts"
import * as BackfillText from "../render/BackfillText.ts"
import type { backfill } from "../tables/backfill.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import { afterFailure, nextCommands } from "./materialize.ts"
import * as Partition from "./PartitionArguments.ts"
import * as Run from "./RunArguments.ts"
import * as Select from "./SelectionArguments.ts"

export const run = Effect.fn("assets.backfill")(function* (typed: Values<typeof backfill>) {
  const { allowFewerRows, allowSampleData, concurrency, dryRun, failFast, json, showErrors, timeout } = typed
  const graph = yield* Pipeline.graph
  const partitions = yield* requestOf(typed)
  const selection = yield* Select.select(typed, graph)
  if (selection === undefined) return
  const { allowEmpty, downstream, newestFirst } = typed
  const options = { allowEmpty, partitions, downstream, backfill: true, newestFirst }
  const planned = Effect.gen(function* () {
    const plan = yield* Select.explained(selection, Planner.plan(graph, selection, options))
    yield* checkCut(graph, selection)
    return yield* preview(plan, { concurrency, json: json && dryRun })
  })
  if (dryRun) {
    const settings = yield* Settings.load
    const history = Layer.merge(Stores.history(settings), SourceVersions.layer(settings.configured.settingsOf))
    return yield* Effect.asVoid(Effect.provide(planned, history))
  }
  const { created, settings, showing } = yield* Run.begin(graph, { showErrors })
  const run = Effect.gen(function* () {
    yield* Run.prepare(created)
    const plan = yield* planned
    if (plan === undefined) return
    yield* RunCommand.execute({
      plan,
      settings,
      json,
      allowSampleData,
      options: { concurrency, failFast, ...(timeout === undefined ? {} : { timeout }) },
      next: (result) =>
        result.status === "succeeded"
          ? nextCommands(graph, result, settings)
          : afterFailure(result, ["backfills resume", "backfills show"])
    })
  })
  yield* showing(Effect.provide(run, RunLayer.layer(settings, { allowFewerRows })))
})

/** Shows which partitions a plan makes, and returns the plan; undefined if it makes none. */
export const preview = Effect.fn("assets.backfill.preview")(function* <A extends Asset.Any>(
  plan: Plan.Plan<A>,
  { concurrency, json }: { readonly concurrency: number; readonly json: boolean }
) {
  const output = yield* Output
  const { expected, previews } = yield* PartitionEstimate.ofPlan(plan, concurrency)
  const { total } = yield* RunEstimate.of(plan.steps, concurrency, expected)
  const prospect: BackfillText.Prospect = { selection: plan.selection, previews, expected: total }
  if (json) yield* output.out([BackfillText.json(prospect)])
  else yield* output.err(BackfillText.lines(prospect, output.errStyle))
  return previews.some(({ count }) => count > 0) ? plan : undefined
})

const requestOf = Effect.fnUntraced(function* ({
  failed,
  from,
  missing,
  partitions,
  stale,
  to
}: Pick<Values<typeof backfill>, "failed" | "from" | "missing" | "partitions" | "stale" | "to">) {
  const text = yield* Partition.textOf({ partition: partitions, from, to }, "--partitions")
  const states = (
    [
      ["missing", missing],
      ["failed", failed],
      ["stale", stale]
    ] as const
  ).flatMap(([state, isAsked]) => (isAsked ? [state] : []))
  if (states.length > 0) return PartitionRequest.inState(states, text)
  if (text !== undefined) return PartitionRequest.named(text)
  return yield* new UsageError({
    detail:
      "Say which partitions to make: --from and --to, --partitions EXPR, --missing, --failed or --stale. `--partitions '*'` makes all of them."
  })
})

/** Fails if no selected asset is cut. */
const checkCut = Effect.fnUntraced(function* (graph: AssetGraph<Asset.Any>, selection: Selection.Selection) {
  const selected = yield* Planner.select(graph, selection, { allowEmpty: true })
  if (selected.length === 0 || selected.some((index) => graph.assets[index]?.partitioning !== undefined)) return
  return yield* new UsageError({
    detail: `No selected asset is cut into partitions, so there is nothing to backfill. ${Partition.cutAssets(graph)}`
  })
})
