import type { Values } from "@sluice/core/command/CommandTable"
import * as Selection from "@sluice/core/graph/Selection"
import * as Planner from "@sluice/core/run/Planner"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as ChecksText from "../render/ChecksText.ts"
import * as Summary from "../render/Summary.ts"
import type { check } from "../tables/check.ts"
import { defaultConcurrency } from "../tables/running.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as ShownErrors from "../wiring/ShownErrors.ts"
import * as Stores from "../wiring/Stores.ts"
import * as Partition from "./PartitionArguments.ts"
import * as Select from "./SelectionArguments.ts"

export const run = Effect.fn("assets.check")(function* ({
  from,
  json,
  partition,
  showErrors,
  to,
  ...typed
}: Values<typeof check>) {
  const output = yield* Output
  const graph = yield* Pipeline.graph
  const selection = yield* Select.select(typed, graph, Selection.all)
  if (selection === undefined) return
  const named = { partition, from, to }
  const partitions = yield* Partition.textOf(named)
  const settings = yield* Settings.load
  const showing = yield* ShownErrors.showing(settings, showErrors)
  yield* Stores.demand(settings, "all")
  if (yield* Stores.isReadOnly(settings)) {
    return yield* new UsageError({
      detail: `\`check\` records what the checks find, and ${Announcement.store(settings)} cannot be written. Let this user write it, or name a copy of it with DATABASE_URL=sqlite:DIRECTORY. \`sluice query\` reads it as it is.`
    })
  }
  const checked = Effect.gen(function* () {
    yield* RunCommand.closeOrphans
    yield* Partition.checkCut(named, graph, selection)
    const options = { allowEmpty: typed.allowEmpty, ...(partitions === undefined ? {} : { partitions }) }
    const plan = yield* Select.explained(selection, Planner.checks(graph, selection, options))
    if (plan.steps.length === 0) {
      return yield* output.err([
        `None of the selected assets has a check${partitions === undefined ? "" : " of partitions"}.`
      ])
    }
    yield* RunCommand.execute({
      plan,
      settings,
      json,
      options: { concurrency: defaultConcurrency },
      tell: (result) =>
        json
          ? output.err(Summary.conclusion(result, output.errStyle))
          : output.out(ChecksText.lines(result, output.outStyle)),
      next: () => []
    })
  })
  yield* showing(Effect.provide(checked, RunLayer.forChecks(settings)))
})
