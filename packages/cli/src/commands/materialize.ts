import type * as Asset from "@sluice/core/asset/Asset"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Relations from "@sluice/core/definitions/Relations"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Planner from "@sluice/core/run/Planner"
import * as RunResult from "@sluice/core/run/RunResult"
import * as Effect from "effect/Effect"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import type { materialize } from "../tables/materialize.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import type * as Settings from "../wiring/Settings.ts"
import * as Partition from "./PartitionArguments.ts"
import * as Run from "./RunArguments.ts"
import * as Select from "./SelectionArguments.ts"

export const run = Effect.fn("assets.materialize")(function* ({
  allowFewerRows,
  allowSampleData,
  changed,
  concurrency,
  failFast,
  from,
  full,
  json,
  partition,
  showErrors,
  tags,
  timeout,
  to,
  ...typed
}: Values<typeof materialize>) {
  const graph = yield* Pipeline.graph
  const selection = yield* Select.select(typed, graph, changed ? Selection.all : undefined)
  if (selection === undefined) return
  const named = { partition, from, to }
  const partitions = yield* Partition.requestOf(named, changed)
  const { created, settings, showing } = yield* Run.begin(graph, { showErrors })
  const run = Effect.gen(function* () {
    yield* Run.prepare(created)
    yield* Partition.checkCut(named, graph, selection)
    const { allowEmpty } = typed
    const plan = yield* Select.explained(selection, Planner.plan(graph, selection, { allowEmpty, partitions }))
    if (plan.steps.length === 0) {
      // A selection that matches nothing is allowed, or every requested partition is fresh.
      return yield* plan.cut === undefined ? Effect.void : Output.err(["Nothing to do: every partition is up to date."])
    }
    yield* RunCommand.execute({
      plan,
      settings,
      json,
      allowSampleData,
      options: { concurrency, failFast, full, tags, onlyChanged: changed, ...(timeout === undefined ? {} : { timeout }) },
      next: (result) => nextCommands(graph, result, settings)
    })
  })
  yield* showing(Effect.provide(run, RunLayer.layer(settings, { allowFewerRows })))
})

/** Commands to type next, without the program's name: a query of a new table or view, or a retry. */
export const nextCommands = (
  graph: AssetGraph<Asset.Any>,
  result: RunResult.RunResult,
  { analystPassword, database }: Settings.Settings
): ReadonlyArray<string> => {
  if (result.status !== "succeeded") return afterFailure(result, ["retry", "runs show"])
  const made = graph.assets.filter(({ name }) => result.steps.get(name)?.state._tag === "Succeeded")
  const shown =
    made.find(({ kind }) => kind === "view") ?? made.find(({ kind, group }) => kind === "table" && group === "raw")
  // The query needs the analyst's password if the store is a server.
  const asAnalyst = database._tag === "Sqlite" || analystPassword !== undefined ? " --as analyst" : ""
  return shown === undefined ? [] : [`query "select * from ${Relations.relationOf(shown)?.name ?? shown.name}"${asAnalyst}`]
}

/**
 * Commands to type after a run that did not succeed: one that makes the rest, and one that shows the run. If everything is made and only
 * checks of whole tables failed, the first checks these again.
 */
export const afterFailure = (
  result: RunResult.RunResult,
  [makesRest, shows]: readonly [makesRest: string, shows: string]
): ReadonlyArray<string> => {
  const open = RunResult.stepsOf(result).filter(({ state }) => state._tag !== "Succeeded" && state._tag !== "Unchanged")
  const isMade = ({ partitions }: RunResult.StepResult) => partitions !== undefined && partitions.made === partitions.total
  const first =
    open.length > 0 && open.every((step) => step.state._tag === "Failed" && isMade(step))
      ? `check ${open.map(({ asset }) => asset).join(" ")}`
      : `${makesRest} ${result.runId}`
  return [first, `${shows} ${result.runId}`]
}
