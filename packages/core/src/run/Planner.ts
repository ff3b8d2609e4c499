import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Selection from "../graph/Selection.ts"
import * as Plan from "../plan/Plan.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** The plan for what a person selected, given what the record says has been materialized. */
export const plan = Effect.fn("Planner.plan")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: Selection.Selection
): Effect.fn.Return<Plan.Plan<A>, Selection.SelectionInvalid | Plan.PlanImpossible | RunStoreFailed, RunStore> {
  const selected = yield* Selection.resolve(selection, graph)
  const materialized = yield* (yield* RunStore).materializations
  return yield* Plan.make(graph, {
    selection: Selection.print(selection),
    selected,
    isMaterialized: (asset) => materialized.has(asset)
  })
})
