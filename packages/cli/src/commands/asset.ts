import type { Values } from "@sluice/core/command/CommandTable"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import { didYouMean } from "@sluice/core/suggest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as AssetPage from "../render/AssetPage.ts"
import type { asset } from "../tables/asset.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import * as AssetPartitions from "./AssetPartitions.ts"

export const run = Effect.fn("assets.asset")(function* ({ json, limit, name, partition }: Values<typeof asset>) {
  const output = yield* Output
  const graph = yield* Pipeline.graph
  const found = graph.assets.find((each) => each.name === name)
  if (found === undefined) {
    return yield* new UsageError({
      detail: `There is no asset "${name}".${didYouMean(name, graph.names, 10)} \`sluice list\` shows every asset.`
    })
  }
  const settings = yield* Settings.load
  const known = Effect.gen(function* () {
    const store = yield* RunStore
    const standings = yield* Planner.standings(graph)
    const history = yield* store.history(name, limit)
    // The store keeps the last materialization even if its run was pruned.
    const last = (yield* store.materializations).get(name)
    return {
      standing: standings.get(name),
      lastStep: (yield* store.lastSteps).get(name),
      history: history.length > 0 || last === undefined ? history : [last],
      checks: yield* store.checks(name),
      partitions: yield* AssetPartitions.known(graph, found, partition, limit)
    }
  })
  const history = yield* Effect.provide(
    known,
    Layer.merge(Stores.history(settings), SourceVersions.layer(settings.configured.settingsOf))
  )
  const page = AssetPage.make(graph, found, Relations.relationOf(found), history)
  yield* output.out(json ? [AssetPage.json(page)] : AssetPage.lines(page, output.outStyle))
})
