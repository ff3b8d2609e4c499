import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Mask from "@sluice/core/relation/Mask"
import { RunStore } from "@sluice/core/run/RunStore"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as StoreFiles from "@sluice/warehouse/embedded/StoreFiles"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { forPipeline } from "../contract/pipelines.ts"
import { inStep, Numbers, numbers, stalling, untilSuspended, versionsSeen } from "../contract/support.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })

const modes = (directory: string) =>
  Object.fromEntries(
    ["", ...readdirSync(directory)].map((name) => [name, (statSync(join(directory, name)).mode & 0o777).toString(8)])
  )

const publishNumbers = (version: number, count = 10) =>
  Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(Numbers, numbers(version, count))))

const opening = (directory: string) =>
  Effect.flip(Effect.scoped(Layer.build(forPipeline()(SqliteStores.layer({ directory })))))

it.scopedLive("the directory is its owner's alone, and so are the sensitive file, the history and their journals", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "a", "store")
    const reached = yield* Deferred.make<void>()
    yield* Effect.gen(function* () {
      yield* publishNumbers(1)
      const masker = yield* PiiMasker
      yield* inStep(masker.ids(Cities, Dataset.of(Pii.make("city", "London"))))
      expect(modes(directory)).toMatchObject({ "": "700", "sensitive.db": "600", "history.db": "600" })
      const writer = yield* LibsqlClient.make({ path: join(directory, "sensitive.db") })
      yield* writer
        .withTransaction(
          Effect.zipRight(
            writer.use((session) => session.run("INSERT INTO sluice_sequences VALUES ('spark', 'journal', 1)", [])),
            Effect.sync(() => expect(modes(directory)).toMatchObject({ "sensitive.db-journal": "600" }))
          )
        )
        .pipe(Effect.zipRight(Deferred.succeed(reached, undefined)))
    }).pipe(withStores(directory))
    yield* Deferred.await(reached)
  })
)

it.scopedLive("a file that others could read is closed to them again", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    writeFileSync(join(directory, "sensitive.db"), "", { mode: 0o644 })
    yield* withStores(directory)(publishNumbers(1))
    expect(modes(directory)["sensitive.db"]).toBe("600")
  })
)

it.scopedLive("what was stored is there when the store is opened again", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    yield* withStores(directory)(publishNumbers(7))
    expect(yield* withStores(directory)(versionsSeen(Numbers))).toStrictEqual([7])
  })
)

it.scopedLive("events are recorded while a load runs", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    yield* Effect.gen(function* () {
      const warehouse = yield* Warehouse
      const store = yield* RunStore
      const reached = yield* Deferred.make<void>()
      const load = yield* Effect.fork(inStep(warehouse.publish(Numbers, stalling([{ id: 1, version: 1 }], reached))))
      yield* Deferred.await(reached)
      const event = {
        _tag: "StepCanceled",
        runId: "r",
        at: "2024-01-01T00:00:00.000Z",
        asset: "a",
        action: "materialize"
      } as const
      yield* store.append([event])
      expect(yield* store.events("r")).toStrictEqual([event])
      yield* Fiber.interrupt(load)
    }).pipe(withStores(directory))
  })
)

it.scopedLive("rows are read while a load of another table runs", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    yield* Effect.gen(function* () {
      const warehouse = yield* Warehouse
      const reader = yield* WarehouseReader
      yield* publishNumbers(1)
      const reached = yield* Deferred.make<void>()
      const load = yield* Effect.fork(inStep(warehouse.publish(Numbers, stalling([{ id: 1, version: 2 }], reached))))
      yield* Deferred.await(reached)
      expect(yield* versionsSeen(Numbers)).toStrictEqual([1])
      expect((yield* reader.query("SELECT COUNT(*) FROM contract_numbers", "analyst")).rows).toStrictEqual([[10]])
      yield* Fiber.interrupt(load)
    }).pipe(withStores(directory))
  })
)

it.scopedLive("a publish waits for another process, and after its patience says that it did", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    yield* Effect.gen(function* () {
      yield* publishNumbers(1)
      const other = yield* LibsqlClient.make({ path: join(directory, "public.db") })
      const held = yield* Deferred.make<void>()
      const blocker = yield* Effect.fork(
        other.withTransaction(Effect.zipRight(Deferred.succeed(held, undefined), Effect.never))
      )
      yield* Deferred.await(held)
      const error = yield* Effect.flip(publishNumbers(2))
      expect(error._tag === "WarehouseFailed" && [error.reason, error.retryable, error.message]).toStrictEqual([
        "Conflict",
        true,
        "Could not publish contract_numbers: another process is using the store (SQLITE_BUSY). It is another run, or a program that reads one of the files in an open transaction (`lsof` names its process). Wait until it has ended, or end it, then run it again; SLUICE_LOCK_WAIT is how long to wait."
      ])
      const waiting = yield* Effect.fork(publishNumbers(3))
      yield* untilSuspended(waiting)
      yield* Fiber.interrupt(blocker)
      yield* Fiber.join(waiting)
      expect(yield* versionsSeen(Numbers)).toStrictEqual([3])
    }).pipe(Effect.provide(forPipeline()(SqliteStores.layer({ directory, patience: "150 millis" }))))
  })
)

it.scopedLive("a path that is no directory is refused with what to do", () =>
  Effect.gen(function* () {
    const root = yield* temporaryDirectory
    writeFileSync(join(root, "file"), "")
    const under = yield* opening(join(root, "file", "store"))
    const itself = yield* opening(join(root, "file"))
    expect([under.reason, itself.reason]).toStrictEqual(["Misconfigured", "Misconfigured"])
    expect(under.message).toContain("is not a directory (ENOTDIR)")
    expect(itself.message).toContain("DATABASE_URL=sqlite:DIRECTORY")
  })
)

for (const file of ["public.db", "sensitive.db", "history.db"]) {
  it.scopedLive(`a ${file} that is not a database is refused, and left as it is`, () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      writeFileSync(join(directory, file), "not a database ".repeat(100))
      const error = yield* opening(directory)
      expect(error.reason).toBe("Drift")
      expect(error.message).toContain(file)
      expect(error.message).toContain("Move it away")
      expect(statSync(join(directory, file)).size).toBe(1_500)
    })
  )
}

it.scopedLive("a directory where a file should be is refused", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    mkdirSync(join(directory, "sensitive.db"))
    expect((yield* opening(directory)).reason).toBe("Misconfigured")
  })
)

// Regression: Node's recursive mkdir never returns under /proc, where the system denies that existing directories exist.
it.scopedLive("a directory that cannot be created is refused, and does not keep anyone waiting", () =>
  Effect.gen(function* () {
    const inTheWay = join(yield* temporaryDirectory, "file")
    writeFileSync(inTheWay, "")
    const paths = ["/proc/sluice/a/b", inTheWay, join(inTheWay, "store")]
    const errors = yield* Effect.forEach(paths, opening)
    expect(errors.map(({ detail, reason }) => [reason, detail.split(".")[0]])).toEqual([
      ["Misconfigured", "that path cannot be created (ENOENT)"],
      ["Misconfigured", "there is a file of that name (EEXIST)"],
      ["Misconfigured", "a part of that path is not a directory (ENOTDIR)"]
    ])
  })
)

it.scopedLive("opened for reading alone, it answers, refuses to be written, and leaves its files as they are", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    yield* withStores(directory)(publishNumbers(7))
    const bytes = () => readdirSync(directory).map((name) => [name, readFileSync(join(directory, name)).toString("base64")])
    const before = bytes()
    const [seen, refused] = yield* Effect.all([versionsSeen(Numbers), Effect.flip(publishNumbers(8))]).pipe(
      Effect.provide(forPipeline()(SqliteStores.layer({ directory, readOnly: true })))
    )
    expect([seen, refused._tag === "WarehouseFailed" && refused.reason, bytes()]).toEqual([[7], "NotPermitted", before])
  })
)

it.scopedLive(
  "a super-journal that a killed process left is removed at the next start, but while another process writes",
  () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, "store")
      const left = join(directory, "public.db-mj0A1B2C9D4")
      const others = [join(directory, "public.db-mj0A1B2C9D4.txt"), join(directory, "other.db-mj0A1B2C9D4")]
      const open = withStores(directory)(publishNumbers(1))
      yield* open
      for (const path of [left, ...others]) writeFileSync(path, "")
      const there = Effect.sync(() => readdirSync(directory).filter((name) => name.includes("-mj")).length)
      const writer = yield* LibsqlClient.make({ path: join(directory, "public.db") })
      yield* writer.use(({ database }) => database.exec("BEGIN IMMEDIATE"))
      yield* withStores(directory)(Effect.void)
      const whileWriting = yield* there
      yield* writer.use(({ database }) => database.exec("ROLLBACK"))
      yield* withStores(directory)(Effect.void)
      expect([whileWriting, yield* there]).toStrictEqual([3, 2])
    })
)

it.scopedLive("what a publish left half done keeps a program out that may only read, until the store is opened once", () =>
  Effect.gen(function* () {
    const root = yield* temporaryDirectory
    const [directory, killed] = [join(root, "store"), join(root, "killed")]
    yield* withStores(directory)(publishNumbers(1, 10_000))
    const writer = yield* LibsqlClient.make({ path: join(directory, "public.db") })
    // With a cache of one page, all others are written at once, as in a large publish.
    yield* writer.use(({ database }) => {
      database.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE contract_numbers SET version = 2")
    })
    cpSync(directory, killed, { recursive: true })
    const read = Effect.scoped(
      Effect.flatMap(LibsqlClient.make({ path: StoreFiles.readingOnly(StoreFiles.at(killed)).public }), (client) =>
        client.use((session) => session.values("SELECT DISTINCT version FROM contract_numbers", []))
      )
    )
    const refused = yield* Effect.flip(read)
    yield* withStores(killed)(Effect.void)
    expect([refused.message, yield* read]).toStrictEqual(["SQLITE_READONLY_ROLLBACK", [[1]]])
  })
)
