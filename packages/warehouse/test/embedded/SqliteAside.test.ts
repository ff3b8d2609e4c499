import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill } from "@sluice/core/data/Spill"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import { dialect } from "@sluice/warehouse/embedded/SqliteDdl"
import * as SqliteStore from "@sluice/warehouse/embedded/SqliteStore"
import * as SqliteWarehouse from "@sluice/warehouse/embedded/SqliteWarehouse"
import * as SqliteWarehouseReader from "@sluice/warehouse/embedded/SqliteWarehouseReader"
import * as ErasureGate from "@sluice/warehouse/sql/ErasureGate"
import { ofPipeline } from "@sluice/warehouse/sql/SqlDialect"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { asPipeline, pipelineName } from "../contract/pipelines.ts"
import { breaking, inStep, Numbers, numbers, recordingStep, stalling, versionsSeen } from "../contract/support.ts"
import { putsAside } from "./putsAside.ts"
import { temporaryDirectory } from "./stores.ts"
import { Wide, wideRows } from "./wide.ts"

/** Milliseconds that a statement waits for another process. */
const patience = 200

/** A store with its connection, and its warehouse. */
const opened = Effect.gen(function* () {
  const directory = join(yield* temporaryDirectory, "store")
  const store = yield* asPipeline(SqliteStore.open({ directory, patience }))
  const gate = ErasureGate.make(store.words.records)
  const warehouse = SqliteWarehouse.make(store, gate)
  const databases = store.data.use(({ values }) => values("PRAGMA database_list", []).map(([, name]) => name))
  const reader = SqliteWarehouseReader.make(store, gate)
  return { directory, store, warehouse, reader, databases }
})

it.scopedLive("while the rows of a table come, another process publishes, and so does another table of the same one", () =>
  Effect.gen(function* () {
    const { directory, warehouse } = yield* opened
    const otherStore = yield* asPipeline(SqliteStore.open({ directory, patience: "2 seconds" }))
    const otherGate = ErasureGate.make(ofPipeline(dialect("sensitive"), pipelineName))
    const other = SqliteWarehouse.make(otherStore, otherGate)
    const come = yield* Deferred.make<void>()
    const slow = yield* Effect.fork(inStep(warehouse.publish(Wide, stalling(wideRows(1, 6_000), come))))
    yield* Deferred.await(come)
    yield* inStep(other.publish(Numbers, numbers(1, 10)))
    yield* inStep(warehouse.publish(Numbers, numbers(2, 10)))
    const otherReader = SqliteWarehouseReader.make(otherStore, otherGate)
    expect(yield* Effect.provideService(versionsSeen(Numbers), WarehouseReader, otherReader)).toStrictEqual([2])
    yield* Fiber.interrupt(slow)
  })
)

it.scopedLive(
  "rows that come while another process has the store to itself wait for it, longer than a transaction would",
  () =>
    Effect.gen(function* () {
      const { directory, reader, warehouse } = yield* opened
      const other = yield* LibsqlClient.make({ path: join(directory, "public.db") })
      const lock = (sql: string) => Effect.orDie(other.use(({ database }) => database.exec(sql)))
      yield* lock("BEGIN EXCLUSIVE")
      expect(yield* Effect.flip(inStep(warehouse.publish(Numbers, numbers(1, 0))))).toMatchObject({ reason: "Conflict" })
      const unlocked = yield* Effect.fork(Effect.zipRight(Effect.sleep(patience * 3), lock("COMMIT")))
      yield* inStep(warehouse.publish(Numbers, numbers(2, 6_000)))
      yield* Fiber.join(unlocked)
      expect(yield* Effect.provideService(versionsSeen(Numbers), WarehouseReader, reader)).toStrictEqual([2])
    })
)

it.scopedLive("what was put aside goes with its publish, be it refused, broken, interrupted or done", () =>
  Effect.gen(function* () {
    const { databases, directory, warehouse } = yield* opened
    const publish = (rows: Dataset.Dataset<Table.Row<typeof Wide>>) => inStep(warehouse.publish(Wide, rows))
    const rows = wideRows(1, 6_000)
    const files = readdirSync(directory)
    const { service } = recordingStep("wide", () =>
      Effect.fail(new CheckFailed({ asset: "wide", checks: ["refused"], staged: true }))
    )
    const come = yield* Deferred.make<void>()
    const slow = yield* Effect.fork(publish(stalling(rows, come)))
    yield* Deferred.await(come)
    expect((yield* databases).length).toBe(3)
    yield* Fiber.interrupt(slow)
    const failures = yield* Effect.all([
      Effect.flip(publish(breaking(rows))),
      Effect.flip(publish(Dataset.of(...rows, { id: 1, version: 1, filling: "x".repeat(1_001) }))),
      Effect.flip(publish(Dataset.of(...rows, ...rows))),
      Effect.flip(Effect.provideService(warehouse.publish(Wide, Dataset.fromArray(rows)), StepContext, service))
    ])
    expect(failures.map(({ _tag }) => _tag)).toStrictEqual([
      "SpillFailed",
      "WarehouseFailed",
      "WarehouseFailed",
      "CheckFailed"
    ])
    expect([yield* databases, readdirSync(directory)]).toStrictEqual([["main", "sensitive"], files])
    yield* publish(Dataset.fromArray(rows))
    expect([yield* databases, readdirSync(directory)]).toStrictEqual([["main", "sensitive"], files])
  })
)

it.scopedLive(
  "a disk that is full before all rows have come is told as one; the old rows stay, and the next publish works",
  () =>
    Effect.gen(function* () {
      const { databases, store, reader, warehouse } = yield* opened
      yield* inStep(warehouse.publish(Numbers, numbers(1, 10)))
      const full = store.data.use(({ database }) => database.exec("PRAGMA sluice_aside_1.max_page_count = 8"))
      const filling = Dataset.fromChunks(
        Stream.concat(Stream.drain(Stream.fromEffect(Effect.orDie(full))), Dataset.chunks(numbers(2, 50_000)))
      )
      const error = yield* Effect.flip(inStep(warehouse.publish(Numbers, filling)))
      expect(error).toMatchObject({ _tag: "WarehouseFailed", reason: "DiskFull", operation: "publish contract_numbers" })
      expect(yield* databases).toStrictEqual(["main", "sensitive"])
      const seen = Effect.provideService(versionsSeen(Numbers), WarehouseReader, reader)
      expect(yield* seen).toStrictEqual([1])
      yield* inStep(warehouse.publish(Numbers, numbers(3, 10)))
      expect(yield* seen).toStrictEqual([3])
    })
)

it.scopedLive("rows of a source that turns out to have one twice are not published, and those that it settles on are", () =>
  Effect.gen(function* () {
    const { databases, reader, warehouse } = yield* opened
    const codec = RowCodec.make(Schema.Struct({ id: Schema.Number, version: Schema.Number }))
    const concluded = yield* Deferred.make<void>()
    const source = Stream.map(Stream.make([{ id: 1, version: 1 }], [{ id: 1, version: 1 }]), (rows) => ({
      packed: codec.encode(rows),
      rows
    }))
    const { dataset, fill, settle } = yield* Dataset.growing(source, codec, { concluded: Deferred.await(concluded) })
    const follower = yield* Effect.fork(inStep(warehouse.publish(Numbers, dataset)))
    yield* fill
    yield* Effect.repeat(databases, { until: ({ length }) => length === 3 }).pipe(Effect.timeout("20 seconds"))
    yield* Fiber.interrupt(follower)
    settle(Dataset.of({ id: 1, version: 2 }))
    yield* Deferred.succeed(concluded, undefined)
    yield* inStep(warehouse.publish(Numbers, dataset))
    expect(yield* Effect.provideService(versionsSeen(Numbers), WarehouseReader, reader)).toStrictEqual([2])
    expect(yield* databases).toStrictEqual(["main", "sensitive"])
  }).pipe(Effect.provide(Spill.layerMemory))
)

const Secrets = Table.make("secrets", {
  description: "Wide rows that nobody may read.",
  columns: { id: Column.integer, filling: Column.text(1_000), city: Column.nullable(Column.pii("city")) },
  primaryKey: ["id"]
})

it.scopedLive("rows of a public table are put aside in a file that has no name, and those of a sensitive one never", () =>
  Effect.gen(function* () {
    const { directory, warehouse } = yield* opened
    const secrets = wideRows(1, 6_000).map(({ filling, id }) => ({ id, filling, city: null }))
    expect(yield* putsAside(directory, inStep(warehouse.publish(Secrets, Dataset.fromArray(secrets))))).toBe(false)
    const wide = Dataset.fromArray(wideRows(1, 6_000))
    expect(yield* putsAside(directory, inStep(warehouse.publish(Wide, wide)))).toBe(true)
    expect(readdirSync(directory).sort()).toStrictEqual(["history.db", "public.db", "sensitive.db"])
  })
)
