import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { inStep } from "../contract/support.ts"
import { bundleChild, startChild } from "./childProcess.ts"
import { temporaryDirectory, withStores } from "./stores.ts"
import { Wide, wideRows } from "./wide.ts"

const setUp = Effect.gen(function* () {
  const root = yield* temporaryDirectory
  return { directory: join(root, "store"), bundle: yield* bundleChild(root) }
})

const storeFiles = ["history.db", "public.db", "sensitive.db"]

const publish = (version: number, count: number) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(Wide, Dataset.fromArray(wideRows(version, count)))))

const states = (as: "pipeline" | "analyst") =>
  Effect.flatMap(WarehouseReader, (reader) =>
    Effect.map(reader.query("SELECT version, COUNT(*) FROM wide GROUP BY version", as), ({ rows }) => rows)
  )

const relations = Effect.flatMap(WarehouseReader, (reader) =>
  Effect.map(reader.query("SELECT name FROM sqlite_master ORDER BY name", "analyst"), ({ rows }) => rows.flat())
)

it.scopedLive(
  "a process that is killed while its rows come leaves the old rows and no file, and nobody has waited for it",
  () =>
    Effect.gen(function* () {
      const { bundle, directory } = yield* setUp
      yield* Effect.gen(function* () {
        yield* publish(1, 100)
        const child = yield* startChild(bundle, [directory, "2", "40000", "stall"])
        yield* child.staged
        const files = readdirSync(directory).sort()
        yield* publish(3, 50)
        yield* child.kill
        expect(yield* states("analyst")).toStrictEqual([[3, 50]])
        expect(yield* relations).toStrictEqual(["wide", "wide__key"])
        expect([files, readdirSync(directory).sort()]).toStrictEqual([storeFiles, storeFiles])
      }).pipe(withStores(directory))
    }),
  60_000
)

it.scopedLive(
  "a process that is killed while its rows are half in the store leaves the old rows, seen at once by processes that live on",
  () =>
    Effect.gen(function* () {
      const { bundle, directory } = yield* setUp
      yield* Effect.gen(function* () {
        yield* publish(1, 100)
        const child = yield* startChild(bundle, [directory, "2", "40000", "check"])
        yield* child.staged
        expect(existsSync(join(directory, "public.db-journal"))).toBe(true)
        yield* child.kill
        expect(yield* states("analyst")).toStrictEqual([[1, 100]])
        expect(yield* relations).toStrictEqual(["wide", "wide__key"])
        yield* publish(3, 50)
        expect(yield* states("analyst")).toStrictEqual([[3, 50]])
      }).pipe(withStores(directory))
    }),
  60_000
)

it.scopedLive(
  "a process that is killed at any moment leaves the old rows or the new ones, and never a part",
  () =>
    Effect.gen(function* () {
      const { bundle, directory } = yield* setUp
      yield* withStores(directory)(publish(1, 20_000))
      for (const version of [2, 3, 4]) {
        const child = yield* startChild(bundle, [directory, String(version), "20000", "commit"])
        yield* child.staged
        yield* Effect.sleep(yield* Random.nextIntBetween(0, 120))
        yield* child.kill
        const [state, ...more] = yield* withStores(directory)(states("pipeline"))
        expect([more, state?.[1]]).toStrictEqual([[], 20_000])
        expect(yield* withStores(directory)(relations)).toStrictEqual(["wide", "wide__key"])
      }
    }),
  60_000
)

it.scopedLive(
  "processes that publish one table at once wait for each other, and one of them wins whole",
  () =>
    Effect.gen(function* () {
      const { bundle, directory } = yield* setUp
      const children = yield* Effect.forEach([1, 2, 3], (version) =>
        startChild(bundle, [directory, String(version), "5000", "commit"])
      )
      expect(yield* Effect.forEach(children, (child) => child.ended)).toStrictEqual(children.map(() => [0, ""]))
      const state = yield* withStores(directory)(states("pipeline"))
      expect(state.map(([, count]) => count)).toStrictEqual([5_000])
    }),
  60_000
)
