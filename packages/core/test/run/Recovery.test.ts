import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Signature from "@sluice/core/partition/Signature"
import * as Owner from "@sluice/core/run/Owner"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import * as Recovery from "@sluice/core/run/Recovery"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"

const days = Partitions.daily("days", { start: "2024-08-01" })
const marks: ReadonlyArray<string> = ["2024-08-02", "2024-08-03", "2024-07-31"]
const orders = Asset.make("orders", {
  partitions: days,
  storage: Storage.stored({
    kind: "table",
    load: Effect.void,
    madeBy: (runId) => Effect.succeed(runId === "dead" ? marks : [])
  }),
  materialize: () => Effect.void
})
const graph = Either.getOrThrow(AssetGraph.make([orders]))
const step = { asset: "orders", action: "materialize", reason: { _tag: "Selected" }, after: [] } as const
const owner = { host: "here", pid: 1 }
const day = (first: number, last: number) => ({ unit: "day" as const, cells: { "": [19935 + first, 19935 + last] } })

it.effect("what a dead run made and did not record is recorded when the run is closed, once", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.parse("2024-08-11T00:00:00Z"))
    const store = yield* RunStore
    const now = Date.parse("2024-08-11T00:00:00Z")
    const at = new Date(now).toISOString()
    const space = Either.getOrThrow(days.at({ now }))
    const events: ReadonlyArray<RunEvent> = [
      {
        ...{ _tag: "RunStarted", runId: "dead", at, selection: "orders", tags: {}, owner },
        steps: [{ ...step, partitions: day(1, 4), partitionCount: 4, code: "7" }]
      },
      {
        ...{ _tag: "PartitionsSucceeded", runId: "dead", at, asset: "orders", set: Signature.of(space), code: "7" },
        slices: [{ partitions: day(1, 2), count: 2, durationMillis: 1, metadata: {} }]
      }
    ]
    yield* store.append(events)
    const close = Owner.closeOrphans((run, open, now) => Recovery.unrecorded(graph, run, open, now))
    expect(yield* close).toStrictEqual(["dead"])
    expect(yield* close).toStrictEqual([])
    const facts = yield* PartitionFacts.of(graph, yield* store.materializations)
    const states = facts?.states.get("orders")
    expect(states === undefined ? "" : PartitionText.print(states.space, states.made)).toBe("2024-08-01..2024-08-03")
    const recorded = (yield* store.events("dead")).flatMap((event) =>
      event._tag === "PartitionsSucceeded" ? [[event.code, event.slices.map(({ partitions }) => partitions)]] : []
    )
    expect(recorded).toStrictEqual([
      ["7", [day(1, 2)]],
      ["7", [day(3, 3)]]
    ])
  }).pipe(
    Effect.provideService(Owner.Owner, { self: { host: "here", pid: 2 }, isAlive: () => false }),
    Effect.provide(RunStore.layerMemory)
  )
)

it.effect("what a run made that died before it recorded anything was made by the code that the run began with", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.parse("2024-08-11T00:00:00Z"))
    const store = yield* RunStore
    const steps = [{ ...step, partitions: day(1, 4), partitionCount: 4, code: "7" }]
    const at = "2024-08-11T00:00:00.000Z"
    yield* store.append([{ _tag: "RunStarted", runId: "dead", at, selection: "orders", tags: {}, owner, steps }])
    yield* Owner.closeOrphans((run, open, now) => Recovery.unrecorded(graph, run, open, now))
    const facts = yield* PartitionFacts.of(graph, yield* store.materializations)
    const states = facts?.states.get("orders")
    expect(states === undefined ? "" : PartitionText.print(states.space, states.made)).toBe("2024-08-02..2024-08-03")
    expect(states?.causes).toStrictEqual([])
  }).pipe(
    Effect.provideService(Owner.Owner, { self: { host: "here", pid: 2 }, isAlive: () => false }),
    Effect.provideService(CodeVersions, () => "7"),
    Effect.provide(RunStore.layerMemory)
  )
)
