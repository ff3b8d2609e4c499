import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import * as CodeVersions from "../asset/CodeVersions.ts"
import type { Failure } from "../asset/Failure.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Slice from "../partition/Slice.ts"
import * as Standing from "../partition/Standing.ts"
import * as MarkedPartitions from "./MarkedPartitions.ts"
import * as PartitionFacts from "./PartitionFacts.ts"
import type { RunEvent } from "./RunEvent.ts"
import type { OpenStep, UnfinishedRun } from "./RunRecord.ts"
import { RunStore } from "./RunStore.ts"

/**
 * The events that a dead run did not record: partitions that it made, as their storage knows. A storage marks a partition together
 * with its rows, and the run records it some milliseconds later.
 */
export const unrecorded = Effect.fn("Recovery.unrecorded")(function* <A extends Asset.Any>(
  graph: AssetGraph<A>,
  run: UnfinishedRun,
  open: ReadonlyArray<OpenStep>,
  now: number
): Effect.fn.Return<ReadonlyArray<RunEvent>, Failure, RunStore | Asset.Context<A>> {
  const steps = open.filter(({ partitions }) => partitions !== undefined)
  const cuts = steps.length === 0 ? undefined : yield* PartitionFacts.cutsOf(graph)
  if (cuts === undefined) return []
  const store = yield* RunStore
  const codes = yield* codesOf(run.runId)
  const recovered: Array<RunEvent> = []
  for (const { asset: name } of steps) {
    const asset = graph.assets[graph.indexOf(name) ?? -1]
    const [storage, space] = [asset?.storage, cuts.spaceOf(name)]
    if (asset === undefined || storage?._tag !== "Stored" || storage.madeBy === undefined || space === undefined) continue
    const marks = yield* unsafeCast<Effect.Effect<ReadonlyArray<string>, Failure, Asset.Context<A>>>(
      storage.madeBy(run.runId)
    )
    const standing = yield* store.standing(name)
    const recorded = standing === undefined ? undefined : Standing.at(space, standing)
    const since = Date.parse(run.startedAt)
    const isLost = (index: number) => (recorded?.madeAt(index) ?? Number.NEGATIVE_INFINITY) < since
    const lost = [...Runs.indices(Slice.runsOf(space, marks))].filter(isLost)
    const event = MarkedPartitions.eventOf({
      ...{ runId: run.runId, at: new Date(now).toISOString(), asset, space },
      code: codes.get(name) ?? CodeVersions.unknown,
      runs: Runs.fromRanges(
        space.size,
        lost.map((index) => [index, index + 1] as const)
      )
    })
    if (event !== undefined) recovered.push(event)
  }
  return recovered
})

/** The code that makes the partitions of a run, by asset. */
const codesOf = Effect.fnUntraced(function* (runId: string) {
  const events = yield* (yield* RunStore).events(runId)
  const steps = events.flatMap((event) => (event._tag === "RunStarted" ? event.steps : []))
  return new Map(steps.map(({ asset, code }) => [asset, code]))
})
