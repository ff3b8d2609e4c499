import type { Values } from "@sluice/core/command/CommandTable"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Stored from "@sluice/core/partition/Stored"
import * as PartitionReport from "@sluice/core/plan/PartitionReport"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import * as RunRecord from "@sluice/core/run/RunRecord"
import { RunStore } from "@sluice/core/run/RunStore"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as Human from "../render/Human.ts"
import type { partitionsPrune } from "../tables/partitions.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"
import * as Partition from "./PartitionArguments.ts"

export const run = Effect.fn("assets.partitions.prune")(function* ({ asset: name, dryRun }: Values<typeof partitionsPrune>) {
  const output = yield* Output
  const { green, marks, worded } = output.outStyle
  const graph = yield* Pipeline.graph
  const asset = yield* Partition.cutAsset(graph, name)
  const settings = yield* Settings.load
  yield* Stores.demand(settings, "history")
  const orphans = Effect.gen(function* () {
    const states = yield* Partition.statesOf(graph, asset)
    if (states.recut.length > 0) {
      return yield* new UsageError({
        detail: `${name}: ${states.recut.join(" ")} \`sluice partitions reset ${name}\` says what to do about it.`
      })
    }
    const { counts, orphaned } = PartitionReport.of(states, { limit: 3 })
    const count = counts.orphaned === undefined ? "some partitions" : Human.plural(counts.orphaned, "partition")
    return { states, what: Stored.isEmpty(states.orphaned) ? undefined : `${count} of ${name}: ${orphaned}` }
  })
  const nothing = `${green(marks.ok)} Nothing to prune: ${name} has no orphaned partition.`
  if (dryRun) {
    const { what } = yield* Effect.provide(orphans, Stores.history(settings))
    const lines =
      what === undefined ? [nothing] : [`\`sluice partitions prune ${name}\` would remove ${what}. Nothing was changed.`]
    return yield* output.out(lines.map(worded))
  }
  yield* Effect.gen(function* () {
    yield* Effect.provide(RunCommand.closeOrphans, settings.configured.resources)
    yield* Partition.refuseRivals(name)
    const { states, what } = yield* orphans
    if (what === undefined) return yield* output.out([nothing])
    const table = Relations.relationOf(asset)
    const remove = Effect.fnUntraced(function* (run: RecordedRun.Begun) {
      const store = yield* RunStore
      const rows =
        table?._tag === "Table"
          ? yield* (yield* Warehouse).removePartitions(table, states.space, states.orphaned)
          : undefined
      yield* store.forgetPartitions(name, states.orphaned)
      const last = (yield* store.materializations).get(name)
      if (last !== undefined) yield* store.append([RunRecord.changedEvent(last, run)])
      return rows
    })
    const tell = (rows: number | undefined) =>
      `removed ${what}${rows === undefined ? "; what is stored outside of the warehouse stays" : `, with ${Human.plural(rows, "row")}`}`
    const { value } = yield* RecordedRun.record(`partitions prune ${name}`, remove, tell)
    yield* output.out([`${green(marks.ok)} ${tell(value)}`])
  }).pipe(Partition.afterBeginning, Effect.provide(Layer.merge(Stores.layer(settings), ThisProcess.layer)))
})
