import type * as Asset from "@sluice/core/asset/Asset"
import type { Values } from "@sluice/core/command/CommandTable"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as PartitionReport from "@sluice/core/plan/PartitionReport"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as AssetList from "../render/AssetList.ts"
import type { list } from "../tables/list.ts"
import * as Settings from "../wiring/Settings.ts"
import * as SourceVersions from "../wiring/SourceVersions.ts"
import * as Stores from "../wiring/Stores.ts"
import * as Partition from "./PartitionArguments.ts"
import * as Select from "./SelectionArguments.ts"

export const run = Effect.fn("assets.list")(function* ({ json, ...typed }: Values<typeof list>) {
  const output = yield* Output
  const graph = yield* Pipeline.graph
  const selection = yield* Select.select(typed, graph, Selection.all)
  if (selection === undefined) {
    const none = { selected: new Set<number>(), standings: undefined, partitions: new Map() }
    return yield* json ? output.out([AssetList.json(graph, none, undefined)]) : Effect.void
  }
  const asked = Effect.map(selectWithHistory(graph, selection, typed), (selected) => new Set(selected))
  const selected = Selection.needsHistory(selection)
    ? yield* asked
    : new Set(yield* Effect.provide(Planner.select(graph, selection, typed), RunStore.layerMemory))
  const standings = yield* standingsSoon(graph)
  const known = Either.getOrUndefined(standings)
  const shown = { selected, standings: known?.standings, partitions: known?.partitions ?? new Map() }
  if (json) return yield* output.out([AssetList.json(graph, shown, Option.getOrUndefined(Either.getLeft(standings)))])
  if (Either.isLeft(standings)) yield* output.err([output.errStyle.dim(standings.left)])
  yield* output.out(AssetList.lines(graph, shown, output.outStyle))
})

const selectWithHistory = Effect.fnUntraced(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: Selection.Selection,
  typed: Select.Typed
) {
  const settings = yield* Settings.load
  const selected = Select.explained(selection, Planner.select(graph, selection, typed))
  return yield* Effect.provide(
    selected,
    Layer.merge(Stores.history(settings), SourceVersions.layer(settings.configured.settingsOf))
  )
})

/** The longest that a list waits for the store. */
const patience = Duration.millis(600)

/** The status of the assets. Undefined if there is no store yet. Fails with the reason if the store cannot be read. */
const standingsSoon = (graph: AssetGraph<Asset.Any>) =>
  Effect.gen(function* () {
    const settings = yield* Settings.load
    if (!(yield* soon(Stores.isThere(settings, "history")))) return undefined
    const standings = soon(Effect.provide(known(graph), Stores.history(settings)))
    // The first hash of the code may take longer than a store.
    return yield* Effect.provide(standings, SourceVersions.layer(settings.configured.settingsOf))
  }).pipe(
    Effect.mapError((error) => `The status of the assets is unknown. ${error.message.split("\n")[0]}`),
    Effect.either
  )

/** The status of each asset, and the numbers of the partitions of those that are cut, by name. */
const known = Effect.fnUntraced(function* (graph: AssetGraph<Asset.Any>) {
  const standings = yield* Planner.standings(graph)
  const states = (yield* Partition.facts(graph))?.states ?? new Map()
  const partitions = new Map([...states].map(([name, of]) => [name, PartitionReport.counts(of)] as const))
  return { standings, partitions }
})

/** Abandons a driver that waits for a silent server. */
const soon = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(
    Effect.disconnect,
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => ({ message: `The store did not answer within ${Duration.format(patience)}.` })
    })
  )
