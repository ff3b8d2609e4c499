import { join } from "node:path"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import * as Storage from "@sluice/core/asset/Storage"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Selection from "@sluice/core/graph/Selection"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as Signature from "@sluice/core/partition/Signature"
import * as Standing from "@sluice/core/partition/Standing"
import * as Stored from "@sluice/core/partition/Stored"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import { tableAsset } from "@sluice/warehouse/assets/TableAsset"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as StoreConnections from "@sluice/warehouse/embedded/StoreConnections"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import { type Figure, inTurn } from "./harness.ts"

/** Partitions that a bench makes, and how often it does. */
export interface Sizes {
  readonly planned: number
  readonly slices: number
  readonly canceled: number
  readonly runs: number
}

/** Plans and runs of many partitions: what the engine adds to the work of the assets. `directory` is for stores. */
export const figures = async (directory: string, sizes: Sizes): Promise<ReadonlyArray<Figure>> => {
  let stores = 0
  const [plan = 0, inOrder = 0] = await inTurn(sizes.runs, await planning(sizes.planned / 5), chain(sizes.slices))
  // Ten thousand commits take half a minute.
  const [sliceBySlice = 0, bare = 0] = await inTurn(
    Math.min(sizes.runs, 2),
    () => Effect.runPromise(intoStore(join(directory, `slices${stores++}`), sizes.slices)),
    () => Effect.runPromise(Effect.scoped(commits(join(directory, `bare${stores++}.db`), sizes.slices)))
  )
  const canceling = await Effect.runPromise(cancel(sizes.canceled))
  return [
    {
      what: `plan ${sizes.planned} missing partitions, every other one of a chain of 5 assets`,
      unit: "ms",
      value: plan,
      ceiling: 200
    },
    {
      what: `${sizes.slices} partitions in order, each made from the one before: of each`,
      unit: "µs",
      value: (inOrder * 1_000) / sizes.slices,
      ceiling: 100
    },
    {
      what: `${sizes.slices} partitions of a table: of each, over a commit of its rows`,
      unit: "ms",
      value: Math.max(0, sliceBySlice - bare) / sizes.slices,
      ceiling: 1
    },
    {
      what: `${sizes.slices} partitions of a table: of each`,
      unit: "ms",
      value: sliceBySlice / sizes.slices,
      floor: { what: "a commit of its rows", value: bare / sizes.slices }
    },
    { what: `cancel a backfill of ${sizes.canceled} partitions`, unit: "ms", value: canceling, ceiling: 1_000 }
  ]
}

const hour = 3_600_000
const start = Date.UTC(1970, 0, 2)
const hoursUntil = (count: number) =>
  Partitions.hourly("hours", { start: "1970-01-02", end: new Date(start + count * hour).toISOString().slice(0, 10) })
const missing = { partitions: PartitionRequest.inState(["missing"]), backfill: true }
const storage = Storage.stored({ kind: "table", load: Effect.void })
const graphOf = <A extends Asset.Any>(assets: ReadonlyArray<A>) => Either.getOrThrow(AssetGraph.fromAssets(assets))

/** Plans the missing partitions, so many of each asset, of a chain of five assets. */
const planning = async (count: number) => {
  const partitions = hoursUntil(count * 2)
  const assets: Array<Asset.Any> = []
  for (let at = 0; at < 5; at++) {
    const before = assets.at(-1)
    const upstreams = before === undefined ? {} : { [before.name]: before }
    assets.push(Asset.make(`asset${at}`, { partitions, storage, upstreams, materialize: () => Effect.void }))
  }
  const graph = graphOf(assets)
  const space = Either.getOrThrow(partitions.at({ now: Date.now() }))
  const alternate = Array.from({ length: count }, (_, at): readonly [number, number] => [at * 2, at * 2 + 1])
  const slices = [{ partitions: Stored.of(space, Runs.fromRanges(space.size, alternate)), durationMillis: 1, metadata: {} }]
  const about = { runId: "run", at: new Date(start).toISOString(), set: Signature.of(space), code: "1" }
  const standingOf = (asset: string) => Standing.after(undefined, { _tag: "PartitionsSucceeded", ...about, asset, slices })
  const standings = Effect.succeed(new Map(graph.names.map((asset) => [asset, standingOf(asset)])))
  const store = await Effect.runPromise(Effect.provide(RunStore, RunStore.layerMemory))
  return () =>
    Planner.plan(graph, Selection.all, missing).pipe(
      Effect.provideService(CodeVersions, () => "1"),
      Effect.provideService(RunStore, { ...store, standings }),
      Effect.runPromise
    )
}

/** Makes everything of a graph that is missing. */
const backfill = <A extends Asset.Any>(graph: AssetGraph.AssetGraph<A>, concurrency: number) =>
  Effect.flatMap(Planner.plan(graph, Selection.all, missing), (plan) => Executor.run(plan, { concurrency }))

/** Partitions without rows, made in order. */
const chain = (count: number) => {
  const partitions = hoursUntil(count)
  const graph = graphOf([
    Asset.make("balance", { partitions, storage, dependsOnPast: true, materialize: () => Effect.void })
  ])
  return () => Effect.runPromise(Effect.provide(backfill(graph, 1), RunStore.layerMemory))
}

const Orders = Table.make("orders", {
  description: "Orders, cut by hour.",
  columns: { id: Column.text(40), ordered_at: Column.timestamp, amount: Column.integer },
  primaryKey: ["id"],
  partitionBy: "ordered_at"
})

/** The rows of one hour. */
const rowsAt = (at: number) =>
  Array.from({ length: 10 }, (_, by) => ({
    id: `${at}-${by}`,
    ordered_at: new Date(at + by).toISOString(),
    amount: by
  }))

/** Makes partitions of a table in a new embedded store. */
const intoStore = (directory: string, count: number) => {
  const orders = tableAsset(Orders, {
    partitions: hoursUntil(count),
    rows: (_, __, { window }) => Table.rows(Orders, rowsAt(window?.start ?? 0))
  })
  return backfill(graphOf([orders]), 8).pipe(
    Effect.provide(SqliteStores.layer({ directory })),
    Effect.provideService(PipelineName, "bench")
  )
}

/** Commits the same rows, an hour at a time, as durably, by the driver alone. */
const commits = Effect.fnUntraced(function* (path: string, count: number) {
  const client = yield* LibsqlClient.make({ path, setup: StoreConnections.durable })
  yield* client.use(({ database }) => {
    database.exec("CREATE TABLE orders (id TEXT PRIMARY KEY, ordered_at TEXT, amount INTEGER)")
    const insert = database.prepare(`INSERT INTO orders VALUES ${Array.from({ length: 10 }, () => "(?, ?, ?)").join(", ")}`)
    for (let at = 0; at < count; at++) {
      database.exec("BEGIN IMMEDIATE")
      insert.run(rowsAt(start + at * hour).flatMap(({ amount, id, ordered_at }) => [id, ordered_at, amount]))
      database.exec("COMMIT")
    }
  })
})

/** The milliseconds from a request to cancel a backfill that runs to its end. */
const cancel = Effect.fnUntraced(function* (count: number) {
  const store = yield* RunStore
  let made = 0
  const begun = yield* Deferred.make<void>()
  const materialize = () => (++made === Math.ceil(count / 20) ? Deferred.succeed(begun, undefined) : Effect.sleep(1))
  const graph = graphOf([Asset.make("orders", { partitions: hoursUntil(count), storage, materialize })])
  const running = yield* Effect.fork(backfill(graph, 8))
  yield* Deferred.await(begun)
  const asked = performance.now()
  for (const { runId } of yield* store.unfinished) yield* store.requestCancel(runId)
  const { status } = yield* Fiber.join(running)
  if (status !== "canceled" || made >= count) throw new Error(`The backfill was ${status} after ${made} partitions.`)
  return performance.now() - asked
}, Effect.provide(RunStore.layerMemory))
