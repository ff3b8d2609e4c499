import type * as Asset from "@sluice/core/asset/Asset"
import * as Relations from "@sluice/core/definitions/Relations"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import { RunStore } from "@sluice/core/run/RunStore"
import { didYouMean } from "@sluice/core/suggest"
import * as Altered from "@sluice/warehouse/checks/Altered"
import * as Drift from "@sluice/warehouse/checks/Drift"
import * as LostPartitions from "@sluice/warehouse/checks/LostPartitions"
import * as Effect from "effect/Effect"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as AlteredText from "../render/AlteredText.ts"
import * as Human from "../render/Human.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Provision from "../wiring/Provision.ts"
import * as Settings from "../wiring/Settings.ts"
import * as ShownErrors from "../wiring/ShownErrors.ts"

/**
 * Reads the settings, prints the API and the store, and provisions the store. `created` are the tables and views that were
 * missing. `showing` shows thrown errors of the run.
 */
export const begin = Effect.fn("assets.begin")(function* (
  graph: AssetGraph<Asset.Any>,
  { showErrors }: { readonly showErrors: boolean }
) {
  const settings = yield* Settings.load
  yield* checkPools(graph, settings)
  const showing = yield* ShownErrors.showing(settings, showErrors)
  yield* Output.err([Announcement.line(settings)])
  return { settings, showing, created: yield* Provision.ensure(settings) }
})

/**
 * Prepares an open store for planning. Closes the runs of dead processes, and refuses drift. Tables that are gone, or were changed
 * since their last run, count as never materialized. So do partitions that the store no longer has.
 */
export const prepare = Effect.fn("assets.prepare")(function* (created: ReadonlyArray<string>) {
  yield* RunCommand.closeOrphans
  const store = yield* RunStore
  const { graph, warehouse: spec } = yield* Pipeline.sealed
  const publishers = Relations.publishersOf(graph)
  const [materialized, standings] = [yield* store.materializations, yield* store.standings]
  const gone = created
    .map((relation) => publishers.get(relation) ?? relation)
    .filter((asset) => materialized.has(asset) || standings.has(asset))
  yield* store.invalidate(gone)
  if (gone.length > 0) {
    const are = gone.length === 1 ? "It counts" : "They count"
    yield* Output.err([`Gone from the store since the last run: ${Human.list(gone)}. ${are} as never materialized.`])
  }
  yield* Drift.check(spec)
  const altered = yield* Altered.find(spec.tables, publishers)
  yield* store.invalidate(altered.map(({ asset }) => asset))
  yield* Output.err(AlteredText.lines(altered, graph))
  const lost = yield* LostPartitions.find(graph)
  yield* Effect.forEach(lost, ({ asset, partitions }) => store.forgetPartitions(asset, partitions), { discard: true })
  yield* Output.err(AlteredText.lostLines(lost))
})

/** Fails if a limited pool has no assets, because the limit would have no effect. */
const checkPools = (graph: AssetGraph<Asset.Any>, { pools }: Settings.Settings) => {
  const known = new Set(graph.assets.flatMap(({ pool }) => pool ?? []))
  const unknown = Object.keys(pools ?? {}).find((pool) => !known.has(pool))
  return unknown === undefined
    ? Effect.void
    : new UsageError({
        detail: `SLUICE_POOLS names a pool that no asset is in: "${unknown}".${didYouMean(unknown, known)} The pools are ${[...known].join(", ")}.`
      })
}
