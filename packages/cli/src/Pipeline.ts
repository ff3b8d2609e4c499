import * as Definitions from "@sluice/core/definitions/Definitions"
import type { DefinitionsInvalid } from "@sluice/core/definitions/DefinitionsInvalid"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The pipeline that the program runs. */
export class Pipeline extends Context.Tag("@sluice/cli/Pipeline")<Pipeline, Definitions.Any>() {
  declare readonly "~givenToCommands": true

  /** Its assets as a graph. Fails with everything that is wrong with its definitions. */
  static readonly graph: Effect.Effect<AssetGraph<Definitions.SomeAsset>, DefinitionsInvalid, Pipeline> = Effect.flatMap(
    Pipeline,
    ({ sealed }) => Effect.map(sealed, Definitions.graphOf)
  )

  /** Its assets as a graph, and what it keeps in the warehouse. Fails likewise. */
  static readonly sealed: Effect.Effect<Definitions.Sealed<Definitions.SomeAsset>, DefinitionsInvalid, Pipeline> =
    Effect.flatMap(Pipeline, ({ sealed }) => Effect.map(sealed, (all) => ({ ...all, graph: Definitions.graphOf(all) })))

  /** What it keeps in the warehouse. */
  static readonly warehouse: Effect.Effect<WarehouseSpec, DefinitionsInvalid, Pipeline> = Effect.flatMap(
    Pipeline,
    ({ sealed }) => Effect.map(sealed, ({ warehouse }) => warehouse)
  )
}
