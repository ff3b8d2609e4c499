import type { Values } from "@sluice/core/command/CommandTable"
import * as PartitionReport from "@sluice/core/plan/PartitionReport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as PartitionsText from "../render/PartitionsText.ts"
import type { partitionsList } from "../tables/partitions.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import * as Partition from "./PartitionArguments.ts"

export const list = Effect.fn("assets.partitions.list")(function* ({ asset, json, limit }: Values<typeof partitionsList>) {
  const output = yield* Output
  const graph = yield* Pipeline.graph
  const found = yield* Partition.cutAsset(graph, asset)
  const settings = yield* Settings.load
  const states = yield* Effect.provide(
    Partition.statesOf(graph, found),
    Layer.merge(Stores.history(settings), SourceVersions.layer(settings.configured.settingsOf))
  )
  const report = PartitionReport.of(states, { limit })
  yield* output.out(json ? [PartitionsText.json(asset, report)] : PartitionsText.lines(asset, report, output.outStyle))
})
