import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Slice from "@sluice/core/partition/Slice"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { days, names, prepared, run, statesOf } from "./partitionedRuns.ts"

const storage = Storage.stored({ kind: "table", load: Effect.void })

/** Reports one late row of 2 August, as a step that has read it. */
const lateOfSecond = Effect.flatMap(StepContext, ({ late, slice }) =>
  Effect.sync(() => {
    if (slice !== undefined) late(Slice.runsOf(slice.space, ["2024-08-02"]), 1)
  })
)

/** Makes 2 and 3 August in one run, and says which are stale then. */
const staleAfter = (materialize: (key: string) => Effect.Effect<void, never, StepContext>, concurrency: number) =>
  Effect.gen(function* () {
    const sales = Asset.make("sales", { partitions: days, storage, materialize: (_, { key }) => materialize(key) })
    const graph = Either.getOrThrow(AssetGraph.make([sales]))
    const partitions = PartitionRequest.named("2024-08-02..2024-08-03")
    const { steps } = yield* run(graph, names("sales"), { partitions }, { concurrency })
    return [steps, (yield* statesOf(graph, "sales"))?.stale]
  }).pipe(prepared)

// Regression: the event of the partition came after that of its late row, and made it fresh again.
it.effect("a row that arrives late for a partition of the same run makes it stale", () =>
  Effect.gen(function* () {
    const materialize = (key: string) => (key === "2024-08-03" ? lateOfSecond : Effect.void)
    expect(yield* staleAfter(materialize, 1)).toStrictEqual([{ sales: "Succeeded 2/2" }, "2024-08-02"])
  })
)

it.effect("so does one for a partition that is being made, which may have read its source before", () =>
  Effect.gen(function* () {
    const [reading, reported] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const materialize = (key: string) =>
      key === "2024-08-03"
        ? Deferred.await(reading).pipe(Effect.zipRight(lateOfSecond), Effect.zipRight(Deferred.succeed(reported, undefined)))
        : Effect.zipRight(Deferred.succeed(reading, undefined), Deferred.await(reported))
    const asVoid = (key: string) => Effect.asVoid(materialize(key))
    expect(yield* staleAfter(asVoid, 2)).toStrictEqual([{ sales: "Succeeded 2/2" }, "2024-08-02"])
  })
)

// Regression: the reader stayed as it was, and the run succeeded.
it.effect("with what is unknown, its readers are made again in the same run", () =>
  Effect.gen(function* () {
    const sales = Asset.make("sales", { partitions: days, storage, materialize: () => Effect.void })
    const revenue = Asset.make("revenue", {
      partitions: days,
      storage,
      upstreams: { sales },
      materialize: () => Effect.void
    })
    const graph = Either.getOrThrow(AssetGraph.make([sales, revenue]))
    const changed = PartitionRequest.inState(["missing", "failed", "stale", "unknown"], "latest")
    const make = Effect.map(run(graph, names("sales", "revenue"), { partitions: changed }), ({ steps }) => steps)
    expect([yield* make, yield* make]).toStrictEqual([
      { sales: "Succeeded 1/1", revenue: "Succeeded 1/1" },
      { sales: "Succeeded 1/1", revenue: "Succeeded 1/1" }
    ])
  }).pipe(prepared)
)
