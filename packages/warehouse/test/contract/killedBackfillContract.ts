import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Stored from "@sluice/core/partition/Stored"
import * as PartitionFacts from "@sluice/core/run/PartitionFacts"
import { RunStore } from "@sluice/core/run/RunStore"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { isFull } from "../../../../test/setup/size.ts"
import { bundleChild, startChild } from "../embedded/childProcess.ts"
import { backfilled, keysFrom, type Life, rowsOfDay, type StoreOf, Visits } from "./backfilled.ts"

/** A new database, as a child and the test open it. */
export type Fresh = Effect.Effect<
  {
    readonly store: StoreOf
    readonly layer: Layer.Layer<Warehouse | WarehouseReader | RunStore, unknown>
  },
  unknown,
  Scope.Scope
>

/** A kill takes some seconds on a server. Set `KILLS=100` to make many. */
const kills = Number(process.env["KILLS"] ?? (isFull ? 12 : 4))

/** The marks by key: the run that wrote the partition. */
const marks = Effect.gen(function* () {
  const all = yield* (yield* Warehouse).partitionMarks(Visits)
  return new Map(all.map(({ key, runId }) => [key, runId] as const))
})

/** The days of the table, each with the processes that wrote its rows and their number. */
const rows = Effect.gen(function* () {
  const { rows } = yield* (yield* WarehouseReader).query(
    "SELECT day, MIN(life), MAX(life), COUNT(*) FROM visits GROUP BY day ORDER BY day",
    "pipeline"
  )
  return rows.map(([day, least, greatest, count]) => ({
    day: String(day).slice(0, 10),
    lives: [...new Set([Number(least), Number(greatest)])],
    count: Number(count)
  }))
})

/** How often each day is recorded as made, by all runs together, and the days that are made now. */
const recorded = (days: number) =>
  Effect.gen(function* () {
    const { graph } = backfilled({ days, life: 0 })
    const store = yield* RunStore
    const states = (yield* PartitionFacts.of(graph, yield* store.materializations))?.states.get("visits")
    const times = new Map<string, number>()
    for (const { runId } of yield* store.runs(10_000)) {
      for (const event of yield* store.events(runId)) {
        if (event._tag !== "PartitionsSucceeded" || states === undefined) continue
        for (const { partitions } of event.slices) {
          for (const index of Runs.indices(Stored.toRuns(states.space, partitions).runs)) {
            const key = states.space.keyOf(index)
            times.set(key, (times.get(key) ?? 0) + 1)
          }
        }
      }
    }
    return { made: states === undefined ? [] : [...Runs.indices(states.made)].map(states.space.keyOf), times }
  })

const childOf = Effect.gen(function* () {
  const root = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sluice-killed-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
  const bundle = yield* bundleChild(root, new URL("./backfills.child.ts", import.meta.url))
  return (life: Life) => startChild(bundle, [JSON.stringify(life)])
})

/** Laws of backfills in processes that die, and of several at once. */
export const killedBackfillContract = ({ fresh, name }: { readonly name: string; readonly fresh: Fresh }): void => {
  describe(`backfills in processes, ${name}`, () => {
    it.scopedLive(
      `after each of ${kills} kills, the next process makes what is missing and nothing again`,
      () =>
        Effect.gen(function* () {
          const days = kills * 60
          const { layer, store } = yield* fresh
          const start = yield* childOf
          let before: ReadonlyMap<string, string> = new Map()
          for (let life = 1; life <= kills; life++) {
            const child = yield* start({ store, life, days })
            yield* child.staged
            yield* Effect.sleep(yield* Random.nextIntBetween(0, 120))
            yield* child.kill
            const now = yield* Effect.provide(marks, layer)
            expect([...before].filter(([key, runId]) => now.get(key) !== runId)).toStrictEqual([])
            before = now
          }
          expect(before.size).toBeGreaterThan(0)
          const last = yield* start({ store, life: kills + 1, days })
          expect(yield* last.ended).toStrictEqual([0, ""])
          yield* Effect.gen(function* () {
            const all = keysFrom(0, days)
            const found = yield* rows
            expect(found.map(({ day }) => day)).toStrictEqual(all)
            expect(found.filter(({ count, lives }) => count !== rowsOfDay || lives.length !== 1)).toStrictEqual([])
            const after = yield* marks
            expect([...before].filter(([key, runId]) => after.get(key) !== runId)).toStrictEqual([])
            const { made, times } = yield* recorded(days)
            expect(made).toStrictEqual(all)
            expect(all.filter((key) => times.get(key) !== 1)).toStrictEqual([])
          }).pipe(Effect.provide(layer))
        }),
      kills * 20_000
    )

    it.scopedLive(
      "two at once make other partitions of one table, and each partition of both is that of one of them",
      () =>
        Effect.gen(function* () {
          const { layer, store } = yield* fresh
          const start = yield* childOf
          const [a = "", b = "", c = "", d = ""] = [0, 20, 40, 59].flatMap((day) => keysFrom(day, 1))
          const dayBefore = (day: number) => keysFrom(day - 1, 1)[0] ?? ""
          const both = (first: string, second: string, lives: readonly [number, number]) =>
            Effect.gen(function* () {
              const one = yield* start({ store, days: 60, life: lives[0], partitions: first })
              const other = yield* start({ store, days: 60, life: lives[1], partitions: second })
              expect([yield* one.ended, yield* other.ended]).toStrictEqual([
                [0, ""],
                [0, ""]
              ])
              return yield* Effect.provide(rows, layer)
            })
          const apart = yield* both(`${a}..${dayBefore(20)}`, `${b}..${dayBefore(40)}`, [1, 2])
          expect(apart).toStrictEqual([
            ...keysFrom(0, 20).map((day) => ({ day, lives: [1], count: rowsOfDay })),
            ...keysFrom(20, 20).map((day) => ({ day, lives: [2], count: rowsOfDay }))
          ])
          const overlapping = yield* both(`${b}..${d}`, `${a}..${c}`, [3, 4])
          expect(overlapping.map(({ day }) => day)).toStrictEqual(keysFrom(0, 60))
          expect(overlapping.filter(({ count, lives }) => count !== rowsOfDay || lives.length !== 1)).toStrictEqual([])
          expect(new Set(overlapping.flatMap(({ lives }) => lives))).toStrictEqual(new Set([3, 4]))
          yield* Effect.gen(function* () {
            const runOf = yield* marks
            const pairs = new Set(overlapping.map(({ day, lives }) => `${runOf.get(day)} ${lives.join()}`))
            expect(pairs.size).toBe(2)
            expect((yield* recorded(60)).made).toStrictEqual(keysFrom(0, 60))
          }).pipe(Effect.provide(layer))
        }),
      120_000
    )
  })
}
