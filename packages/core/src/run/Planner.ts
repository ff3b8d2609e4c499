import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import type { Selection } from "../graph/Selection.ts"
import { SelectionEmpty, type SelectionInvalid } from "../graph/SelectionInvalid.ts"
import * as SelectionQuery from "../graph/SelectionQuery.ts"
import * as SelectionText from "../graph/SelectionText.ts"
import * as Plan from "../plan/Plan.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** The plan for what a person selected, given what the record says has been materialized. */
export const plan = Effect.fn("Planner.plan")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  selection: Selection
): Effect.fn.Return<Plan.Plan<A>, SelectionInvalid | SelectionEmpty | Plan.PlanImpossible | RunStoreFailed, RunStore> {
  const selected = yield* SelectionQuery.resolve(selection, graph)
  const text = SelectionText.print(selection)
  if (selected.length === 0) return yield* new SelectionEmpty({ selection: text })
  const materialized = yield* (yield* RunStore).materializations
  return yield* Plan.make(graph, { selection: text, selected, isMaterialized: (asset) => materialized.has(asset) })
})
