import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { names, prepared, run } from "./partitionedRuns.ts"

const days = Partitions.daily("days", { start: "2024-08-01" })

// Regression: the run succeeded though its step had failed, and the step failed by a check that does not block.
it.effect("a run fails by a check of the whole table if it blocks, and says what checks the table again", () =>
  Effect.gen(function* () {
    const check = (name: string, blocking: boolean) =>
      AssetCheck.make(name, {
        ...{ description: name, of: "table", blocking },
        evaluate: () => Effect.succeed({ passed: false, metadata: {} })
      })
    const ended = Effect.fnUntraced(function* (...checks: ReadonlyArray<AssetCheck.AssetCheck<never>>) {
      const table = Asset.make("table", {
        partitions: days,
        storage: Storage.stored({ kind: "table", load: Effect.void }),
        checks,
        materialize: () => Effect.void
      })
      const request = { partitions: PartitionRequest.named("2024-08-01") }
      const { events, steps } = yield* run(Either.getOrThrow(AssetGraph.make([table])), names("table"), request)
      return [
        steps,
        ...events.flatMap((event) => {
          if (event._tag === "StepFailed") return [event.error.message]
          return event._tag === "RunConcluded" ? [event.status] : []
        })
      ]
    })
    expect([yield* ended(check("told", false)), yield* ended(check("told", false), check("whole", true))]).toStrictEqual([
      [{ table: "Succeeded 1/1" }, "succeeded"],
      [
        { table: "Failed 1/1" },
        '"table" failed the check whole of the whole table. The partitions that were made stay. `sluice check table` checks the table again.',
        "failed"
      ]
    ])
  }).pipe(prepared)
)
