import { expect, layer } from "@effect/vitest"
import type { Stored } from "@sluice/core/partition/Stored"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import {
  at,
  concluded,
  daysOf,
  error,
  partitionsFailed,
  partitionsLate,
  partitionsMade,
  partitionsSkipped,
  startedWith
} from "./runEvents.ts"

/** Every run store lists the records of partitions, and of backfills, like this. It needs a fresh one. */
export const partitionRecordsContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<RunStore, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: records of partitions`,
    (it) => {
      it.effect("the records of a partition are listed from the last one on, with what each slice reported", () =>
        Effect.gen(function* () {
          const store = yield* RunStore
          const asset = "recorded"
          const times = ["2024-01-03T00:00:00.000Z", "2024-01-01T00:00:00.000Z"] as const
          yield* store.append([
            partitionsMade("r1", asset, [daysOf(1, 3), daysOf(7, 7)], { at: times[0], rows: 11 }),
            partitionsFailed("r1", asset, daysOf(2, 2)),
            partitionsSkipped("r1", asset, daysOf(5, 5)),
            partitionsMade("r1", "another", [daysOf(2, 2)])
          ])
          yield* store.append([
            partitionsMade("r2", asset, [daysOf(2, 2)], { at: times[1], rows: 12 }),
            partitionsLate("r2", asset, daysOf(2, 2), 7)
          ])
          const of = (days: Stored, limit = 9) =>
            Effect.map(store.partitionsOf(asset, days, limit), (all) =>
              all.map(({ at, durationMillis, error, metadata, runId, status }) => [
                runId,
                at,
                status,
                metadata["rows"],
                durationMillis,
                error?.tag
              ])
            )
          const second = [
            ["r2", at, "late", 7, undefined, undefined],
            ["r2", times[1], "succeeded", 12, 2.5, undefined],
            ["r1", at, "failed", undefined, undefined, error.tag],
            ["r1", times[0], "succeeded", 11, 2.5, undefined]
          ]
          expect(yield* of(daysOf(2, 2))).toStrictEqual(second)
          expect(yield* of(daysOf(2, 2), 3)).toStrictEqual(second.slice(0, 3))
          expect((yield* of(daysOf(5, 7))).map(([, , status]) => status)).toStrictEqual(["skipped", "succeeded"])
          expect([yield* of(daysOf(9, 9)), yield* of(daysOf(2, 2), 0)]).toStrictEqual([[], []])
          const [only] = yield* store.partitionsOf(asset, daysOf(7, 7), 1)
          expect(only?.partitions).toStrictEqual(daysOf(7, 7))
        })
      )

      it.effect(
        "the first record of a partition is found behind hundreds of others, and keys of sets without windows, too",
        () =>
          Effect.gen(function* () {
            const store = yield* RunStore
            const key = (...names: ReadonlyArray<string>): Stored => ({
              unit: "none",
              cells: Object.fromEntries(names.map((name) => [name, []]))
            })
            yield* store.append([
              partitionsMade("far", "far", [daysOf(1, 1)]),
              partitionsMade("far", "keys", [key("eu"), key("us", "a%7Cb")])
            ])
            yield* store.append(
              Array.from({ length: 350 }, (_, index) =>
                partitionsMade("far", "far", [daysOf(0, 0), daysOf(2 + index, 2 + index)])
              )
            )
            const found = yield* store.partitionsOf("far", daysOf(1, 1), 9)
            expect(found.map(({ partitions }) => partitions)).toStrictEqual([daysOf(1, 1)])
            const us = yield* store.partitionsOf("keys", key("us"), 9)
            expect(us.map(({ partitions }) => Object.keys(partitions.cells))).toStrictEqual([["us", "a%7Cb"]])
          })
      )

      it.effect("a run says whether it is a backfill, and its open steps what partitions they make", () =>
        Effect.gen(function* () {
          const store = yield* RunStore
          const plain = startedWith("no-backfill", at, ["a"], "materialize")
          const started: RunEvent = {
            ...startedWith("backfill", at, ["a", "b"], "materialize"),
            _tag: "RunStarted",
            ...{ selection: "a b", owner: { host: "here", pid: 1 }, tags: {}, backfill: true },
            steps: [
              { asset: "a", action: "materialize", reason: { _tag: "Selected" }, after: [], partitions: daysOf(1, 9) },
              { asset: "b", action: "materialize", reason: { _tag: "Selected" }, after: ["a"] }
            ]
          }
          yield* store.append([plain], 0)
          yield* store.append([started], 0)
          const listed = (backfill?: boolean) =>
            Effect.map(store.runs(2, backfill === undefined ? {} : { backfill }), (runs) =>
              runs.map((run) => [run.runId, run.backfill])
            )
          const [newest, other] = [
            ["backfill", true],
            ["no-backfill", false]
          ]
          expect([yield* listed(), yield* listed(true), (yield* listed(false))[0]]).toStrictEqual([
            [newest, other],
            [newest],
            other
          ])
          expect(yield* store.openSteps("backfill")).toStrictEqual([
            { asset: "a", action: "materialize", partitions: daysOf(1, 9) },
            { asset: "b", action: "materialize" }
          ])
        })
      )

      // Regression: a list of backfills read all of their events.
      it.effect("the summary of a backfill counts its partitions, and of another run none", () =>
        Effect.gen(function* () {
          const store = yield* RunStore
          const steps = ["x", "y"].map((asset, index) => ({
            ...{ asset, action: "materialize" as const, reason: { _tag: "Selected" as const }, after: [] },
            ...{ partitions: daysOf(1, 9), partitionCount: 9 + index }
          }))
          const run = (runId: string, kind: { readonly backfill?: true }): RunEvent => ({
            ...{ _tag: "RunStarted", runId, at, selection: "x", tags: {}, owner: { host: "here", pid: 1 }, steps },
            ...kind
          })
          const ended = (runId: string) => [
            partitionsMade(runId, "x", [daysOf(1, 1), daysOf(2, 2)]),
            { ...partitionsFailed(runId, "x", daysOf(3, 4)), count: 2 },
            partitionsSkipped(runId, "y", daysOf(3, 3))
          ]
          yield* store.append([run("counted", { backfill: true }), ...ended("counted")], 0)
          yield* store.append(ended("counted"), 1)
          yield* store.append([run("uncounted", {}), ...ended("uncounted")], 0)
          const counts = (yield* store.runs(2)).map(({ partitions, runId }) => [runId, partitions])
          yield* store.close("counted", () => [
            partitionsMade("counted", "y", [daysOf(5, 5)]),
            concluded("counted", "canceled")
          ])
          const [closed] = yield* store.runs(1, { backfill: true })
          expect([...counts, closed?.partitions]).toStrictEqual([
            ["uncounted", undefined],
            ["counted", { total: 19, made: 2, failed: 2, skipped: 1 }],
            { total: 19, made: 3, failed: 2, skipped: 1 }
          ])
        })
      )
    }
  )
