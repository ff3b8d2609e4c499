import { StepContext } from "@sluice/core/asset/StepContext"
import type { Values } from "@sluice/core/command/CommandTable"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Relations from "@sluice/core/definitions/Relations"
import type { Space } from "@sluice/core/partition/Space"
import * as Table from "@sluice/core/relation/Table"
import * as RecordedRun from "@sluice/core/run/RecordedRun"
import { RunStore } from "@sluice/core/run/RunStore"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as Human from "../render/Human.ts"
import * as Layout from "../render/Layout.ts"
import type { partitionsReset } from "../tables/partitions.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"
import * as Partition from "./PartitionArguments.ts"

export const run = Effect.fn("assets.partitions.reset")(function* ({ asset: name, yes }: Values<typeof partitionsReset>) {
  const output = yield* Output
  const { green, marks } = output.outStyle
  const graph = yield* Pipeline.graph
  const asset = yield* Partition.cutAsset(graph, name)
  const settings = yield* Settings.load
  yield* Stores.demand(settings, "all")
  const table = Relations.relationOf(asset)
  const meaning = Effect.gen(function* () {
    const { recut, space } = yield* Partition.statesOf(graph, asset)
    const rows = table?._tag === "Table" ? yield* rowsOf(table, space) : undefined
    return { space, rows, lines: [...recut, ...sentences(name, rows)] }
  })
  if (!yes) {
    const { lines } = yield* Effect.provide(meaning, Stores.existing(settings))
    return yield* output.out(
      [...lines, `\`sluice partitions reset ${name} --yes\` does it. Nothing was changed.`].flatMap((line) =>
        Layout.wrap(output.outStyle.worded(line), output.outStyle.columns)
      )
    )
  }
  yield* Effect.gen(function* () {
    yield* Effect.provide(RunCommand.closeOrphans, settings.configured.resources)
    yield* Partition.refuseRivals(name)
    const { rows, space } = yield* meaning
    const reset = ({ runId }: RecordedRun.Begun) =>
      Effect.gen(function* () {
        const warehouse = yield* Warehouse
        if (table?._tag === "Table" && rows !== undefined) {
          if (rows.elsewhere === 0 && !rows.isOutdated) yield* warehouse.cutInto(table, space, { adopt: true })
          else yield* emptied(table, StepContext.unobserved(runId, name))
        }
        yield* (yield* RunStore).invalidate([name])
      })
    yield* RecordedRun.record(`partitions reset ${name}`, reset, () => `forgot the partitions of ${name}`)
    yield* output.out([
      `${green(marks.ok)} forgot which partitions of ${name} are made`,
      output.outStyle.worded(`Next: \`sluice backfill ${name} --missing\` makes them anew.`)
    ])
  }).pipe(
    Partition.afterBeginning,
    Effect.provide(Layer.merge(RunLayer.layer(settings, { allowFewerRows: true }), ThisProcess.layer))
  )
})

/** The numbers of a table's rows: all, and those in no partition of a space; and whether it has other columns than declared. */
const rowsOf = Effect.fnUntraced(function* (table: Table.Any, space: Space) {
  const { elsewhere, partitions } = yield* (yield* Warehouse).cutInto(table, space, { adopt: false })
  const { columns } = yield* (yield* WarehouseReader).inspect(table.name)
  const isOutdated = columns.length > 0 && Table.columnNames(table).join() !== columns.join()
  return { elsewhere, isOutdated, all: partitions.reduce((sum, [, rows]) => sum + rows, elsewhere) }
})

const emptied = (table: Table.Any, step: StepContext.Service) =>
  Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(table, Dataset.fromArray([]))).pipe(
    Effect.provideService(StepContext, step)
  )

/** What a reset means. */
const sentences = (
  name: string,
  rows: { readonly all: number; readonly elsewhere: number; readonly isOutdated: boolean } | undefined
): ReadonlyArray<string> => [
  `A reset forgets which partitions of ${name} are made, when and by what code. All of them count as missing then.`,
  ...(rows === undefined
    ? ["What is stored outside of the warehouse stays."]
    : rows.isOutdated
      ? ["The table has other columns than declared. So it is emptied, and is empty until its partitions are made anew."]
      : rows.elsewhere === 0
        ? [`The ${Human.plural(rows.all, "row")} of the table stay until their partition is made anew.`]
        : [
            `${Human.plural(rows.elsewhere, "row")} of ${Human.count(rows.all)} would be in no partition. So the table is emptied, and is empty until its partitions are made anew.`
          ])
]
