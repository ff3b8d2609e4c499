import * as Definitions from "@sluice/core/definitions/Definitions"
import type { DefinitionsInvalid } from "@sluice/core/definitions/DefinitionsInvalid"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The pipeline that the program runs. */
export class Pipeline extends Context.Tag("@sluice/cli/Pipeline")<Pipeline, Definitions.Any>() {
  declare readonly "~givenToCommands": true

  /** The pipeline's assets as a graph. Fails with every problem of its definitions. */
  static readonly graph: Effect.Effect<AssetGraph<Definitions.SomeAsset>, DefinitionsInvalid, Pipeline> = Effect.flatMap(
    Pipeline,
    ({ sealed }) => Effect.map(sealed, Definitions.graphOf)
  )

  /** The pipeline's graph and its relations in the warehouse. Fails with every problem of its definitions. */
  static readonly sealed: Effect.Effect<Definitions.Sealed<Definitions.SomeAsset>, DefinitionsInvalid, Pipeline> =
    Effect.flatMap(Pipeline, ({ sealed }) => Effect.map(sealed, (all) => ({ ...all, graph: Definitions.graphOf(all) })))

  /** The pipeline's relations in the warehouse. Fails with every problem of its definitions. */
  static readonly warehouse: Effect.Effect<WarehouseSpec, DefinitionsInvalid, Pipeline> = Effect.flatMap(
    Pipeline,
    ({ sealed }) => Effect.map(sealed, ({ warehouse }) => warehouse)
  )
}
