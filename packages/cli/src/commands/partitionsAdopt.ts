import { CodeVersions, unknown } from "@sluice/core/asset/CodeVersions"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Relations from "@sluice/core/definitions/Relations"
import * as Slice from "@sluice/core/partition/Slice"
import * as MarkedPartitions from "@sluice/core/run/MarkedPartitions"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import { RunStore } from "@sluice/core/run/RunStore"
import type { Cut } from "@sluice/warehouse/PartitionedTables"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as Human from "../render/Human.ts"
import * as Layout from "../render/Layout.ts"
import type { partitionsAdopt } from "../tables/partitions.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"
import * as Partition from "./PartitionArguments.ts"

/** How many partitions a dry run lists. */
const mostListed = 20

export const run = Effect.fn("assets.partitions.adopt")(function* ({ asset: name, dryRun }: Values<typeof partitionsAdopt>) {
  const output = yield* Output
  const { columns, green, marks } = output.outStyle
  const graph = yield* Pipeline.graph
  const asset = yield* Partition.cutAsset(graph, name)
  const table = Relations.relationOf(asset)
  if (table?._tag !== "Table") {
    return yield* new UsageError({ detail: `${name} is no table, so it has no rows to cut into partitions.` })
  }
  const settings = yield* Settings.load
  yield* Stores.demand(settings, "all")
  if (dryRun) {
    const cut = Effect.gen(function* () {
      const { space } = yield* Partition.statesOf(graph, asset)
      return yield* (yield* Warehouse).cutInto(table, space, { adopt: false })
    })
    const found = yield* Effect.provide(cut, Stores.existing(settings))
    return yield* output.out([
      ...Layout.table(
        found.partitions.slice(0, mostListed).map(([key, rows]) => [`  ${key}`, Human.plural(rows, "row")]),
        columns
      ),
      ...(found.partitions.length > mostListed ? [`  and ${found.partitions.length - mostListed} more`] : []),
      `${sentence(name, found)}. Nothing was changed.`
    ])
  }
  yield* Effect.gen(function* () {
    yield* Effect.provide(RunCommand.closeOrphans, settings.configured.resources)
    yield* Partition.refuseRivals(name)
    const states = yield* Partition.statesOf(graph, asset)
    const { recut, space } = states
    // What the history knows may be of a time before the table was made whole.
    const made = (yield* (yield* Warehouse).partitionMarks(table)).length
    if (made > 0) {
      return yield* new UsageError({
        detail: `${name} is cut already: ${Human.plural(made, "partition")} of it ${made === 1 ? "is" : "are"} made. \`sluice partitions list ${name}\` shows them.`
      })
    }
    if (recut.length > 0) {
      return yield* new UsageError({
        detail: `${name}: ${recut.join(" ")} \`sluice partitions reset ${name}\` says what to do about it.`
      })
    }
    const store = yield* RunStore
    const code = (yield* CodeVersions)(asset) ?? unknown
    const adopt = (run: RecordedRun.Begun) =>
      Effect.gen(function* () {
        const cut = yield* (yield* Warehouse).cutInto(table, space, { adopt: true })
        const runs = Slice.runsOf(
          space,
          cut.partitions.map(([key]) => key)
        )
        const rows = cut.partitions.reduce((sum, [, each]) => sum + each, 0)
        const event = MarkedPartitions.eventOf({ ...run, asset, space, code, runs, rows })
        yield* store.invalidate([name])
        if (event !== undefined) yield* store.append([event])
        return cut
      })
    const { value } = yield* RecordedRun.record(`partitions adopt ${name}`, adopt, (cut) => sentence(name, cut))
    yield* output.out([`${green(marks.ok)} ${sentence(name, value)}; they count as made`])
  }).pipe(
    Partition.afterBeginning,
    Effect.provide(
      Layer.mergeAll(Stores.layer(settings), SourceVersions.layer(settings.configured.settingsOf), ThisProcess.layer)
    )
  )
})

const sentence = (name: string, { elsewhere, partitions }: Cut): string => {
  const rows = partitions.reduce((sum, [, each]) => sum + each, 0)
  return `${Human.plural(rows, "row")} of ${name} ${rows === 1 ? "is" : "are"} in ${Human.plural(partitions.length, "partition")}${elsewhere === 0 ? "" : `, and ${Human.plural(elsewhere, "row")} in none`}`
}
