import * as Relations from "@sluice/core/definitions/Relations"
import * as MarkedPartitions from "@sluice/core/run/MarkedPartitions"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { UnfinishedRun } from "@sluice/core/run/RunRecord"
import { RunStore } from "@sluice/core/run/RunStore"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Pipeline } from "./Pipeline.ts"

/**
 * The events of partitions that a dead process had written and not recorded: the warehouse has marked them with the run. Undefined if
 * the run was making partitions and no warehouse is open.
 */
export const of = Effect.fn("UnrecordedPartitions.of")(function* (run: UnfinishedRun) {
  const store = yield* RunStore
  const cut = (yield* store.openSteps(run.runId)).filter(({ partitions }) => partitions !== undefined)
  if (cut.length === 0) return []
  const warehouse = yield* Effect.serviceOption(Warehouse)
  if (Option.isNone(warehouse)) return undefined
  const graph = yield* Pipeline.graph
  const facts = yield* PartitionFacts.of(graph, yield* store.materializations)
  const events = yield* store.events(run.runId)
  const lost = yield* Effect.forEach(
    cut,
    Effect.fnUntraced(function* ({ asset: name }) {
      const asset = graph.assets.find((each) => each.name === name)
      const [relation, states] = [asset && Relations.relationOf(asset), facts?.states.get(name)]
      if (relation?._tag !== "Table" || states === undefined) return []
      const marks = yield* warehouse.value.partitionMarks(relation, { runId: run.runId })
      const code = MarkedPartitions.codeIn(events, name)
      const event = MarkedPartitions.unrecorded(run, name, states, { code, keys: marks.map(({ key }) => key) })
      return event === undefined ? [] : [event]
    })
  )
  const found: ReadonlyArray<RunEvent> = lost.flat()
  return found
})
