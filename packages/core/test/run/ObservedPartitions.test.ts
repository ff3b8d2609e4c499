import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import { days, names, prepared, run, statesOf } from "./partitionedRuns.ts"

/** An asset that is cut and observes its source. */
const world = (failing: ReadonlySet<string>) => {
  let version = "v1"
  const sales = Asset.make("sales", {
    partitions: days,
    storage: Storage.stored({ kind: "table", load: Effect.void }),
    observe: Effect.sync(() => version),
    materialize: (_, { key }) =>
      failing.has(key) ? Effect.fail(new Fixtures.FixtureFailed({ retryable: false })) : Effect.void
  })
  const graph = Either.getOrThrow(AssetGraph.make([sales]))
  const make = (text: string) =>
    Effect.zipRight(TestClock.adjust("1 minute"), run(graph, names("sales"), { partitions: PartitionRequest.named(text) }))
  const change = () => {
    version = `${version}'`
  }
  return { make, change, stale: Effect.map(statesOf(graph, "sales"), (states) => states?.stale) }
}

// Regression: a run that failed in part did not record what it had observed. Partitions of the old source stayed fresh, and those that it
// had made became stale when a later run recorded the new source.
it.effect("a run that fails in part records the source that its partitions were made from", () =>
  Effect.gen(function* () {
    const failing = new Set<string>()
    const { change, make, stale } = world(failing)
    yield* make("2024-08-01..2024-08-05")
    change()
    failing.add("2024-08-02")
    yield* make("2024-08-01..2024-08-03")
    expect(yield* stale).toBe("2024-08-02, 2024-08-04..2024-08-05")
    failing.clear()
    yield* make("2024-08-02")
    expect(yield* stale).toBe("2024-08-04..2024-08-05")
    yield* make("2024-08-04..2024-08-05")
    expect(yield* stale).toBe("")
  }).pipe(prepared)
)

it.effect("the first run of a source may fail in part, and what it made stays fresh", () =>
  Effect.gen(function* () {
    const failing = new Set(["2024-08-02"])
    const { change, make, stale } = world(failing)
    yield* make("2024-08-01..2024-08-03")
    failing.clear()
    yield* make("2024-08-02")
    expect(yield* stale).toBe("")
    change()
    yield* make("2024-08-04")
    expect(yield* stale).toBe("2024-08-01..2024-08-03")
  }).pipe(prepared)
)
