import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { FileUnreadable } from "@sluice/core/asset/FileFailed"
import { StepContext } from "@sluice/core/asset/StepContext"
import type * as Storage from "@sluice/core/asset/Storage"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Partitions from "@sluice/core/partition/Partitions"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Slice from "@sluice/core/partition/Slice"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as CsvText from "../src/CsvText.ts"
import { fileAsset } from "../src/FileAsset.ts"
import * as FileSource from "../src/FileSource.ts"
import { fileOf, read } from "./support/reading.ts"

const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.flatMap(fs.makeTempDirectoryScoped(), use)).pipe(
    Effect.scoped,
    Effect.provide(NodeFileSystem.layer)
  )

const stored = <A, R>(storage: Storage.Storage<A, R>) => {
  if (storage._tag === "Ephemeral") throw new Error("not stored")
  const { exists = Effect.die("no exists"), load } = storage
  return { exists, load }
}

it.effect("a file is replaced as a whole, is there, is loaded as its path, and leaves no draft", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${folder}/report.md`
      const numbers = Asset.make("numbers", { materialize: () => Effect.succeed(2) })
      const report = fileAsset("report", {
        path: Effect.succeed(path),
        upstreams: { numbers },
        contents: ({ numbers }) => Effect.succeed(Stream.make("zwei ", "ü".repeat(numbers)))
      })
      const { exists, load } = stored(report.storage)
      const before = yield* exists
      yield* fs.writeFileString(path, "something much longer than the report")
      const { metadata, value } = yield* runForTest(report, { numbers: 2 })
      expect([
        [before, yield* exists],
        [value, yield* load],
        metadata,
        yield* fs.readFileString(path),
        yield* fs.readDirectory(folder)
      ]).toStrictEqual([[false, true], [path, path], { bytes: 9 }, "zwei üü", ["report.md"]])
    })
  )
)

it.effect("if its text fails halfway, the old file stays, and no draft is left", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${folder}/report.md`
      yield* fs.writeFileString(path, "old")
      const broken = new FileUnreadable({ path: "upstream", reason: "NotFound" })
      const report = fileAsset("report", { path, contents: () => Stream.concat(Stream.make("new"), Stream.fail(broken)) })
      const failed = yield* Effect.flip(runForTest(report, {}))
      expect([failed, yield* fs.readFileString(path), yield* fs.readDirectory(folder)]).toStrictEqual([
        broken,
        "old",
        ["report.md"]
      ])
    })
  )
)

it.effect("of two runs at once, each writes a whole file, and the last one to end wins", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${folder}/report.md`
      const [halfway, ended] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const text = Stream.make("a".repeat(9), "a".repeat(9)).pipe(
        Stream.concat(
          Stream.drain(Stream.fromEffect(Effect.zipRight(Deferred.succeed(halfway, undefined), Deferred.await(ended))))
        )
      )
      const run = (contents: string | Stream.Stream<string>, runId: string) => {
        const report = fileAsset("report", { path, contents: () => contents })
        const inRun = Effect.updateService(StepContext, (step) => ({ ...step, runId }))
        return runForTest({ ...report, materialize: (inputs) => inRun(report.materialize(inputs)) }, {})
      }
      const slow = yield* Effect.fork(run(text, "slow"))
      yield* Deferred.await(halfway)
      yield* run("b", "fast")
      const first = yield* fs.readFileString(path)
      yield* Deferred.succeed(ended, undefined)
      yield* Fiber.join(slow)
      expect([first, yield* fs.readFileString(path), yield* fs.readDirectory(folder)]).toStrictEqual([
        "b",
        "a".repeat(18),
        ["report.md"]
      ])
    })
  )
)

it.effect("the draft of a run that was killed an hour ago is removed, and a newer one is not", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      for (const name of ["report.md.old.draft", "report.md.new.draft", "other.md.old.draft"]) {
        yield* fs.writeFileString(`${folder}/${name}`, "half")
        yield* fs.utimes(`${folder}/${name}`, 0, name.includes("old") ? 0 : 3600)
      }
      yield* TestClock.adjust("2 hours")
      yield* runForTest(fileAsset("report", { path: `${folder}/report.md`, contents: () => "text" }), {})
      expect((yield* fs.readDirectory(folder)).sort()).toStrictEqual([
        "other.md.old.draft",
        "report.md",
        "report.md.new.draft"
      ])
    })
  )
)

it.effect("a file that cannot be written is told by its path and the reason", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const path = `${folder}/gone/report.md`
      const { message } = yield* Effect.flip(runForTest(fileAsset("report", { path, contents: () => "text" }), {}))
      expect(message).toBe(`The file ${path} cannot be written (NotFound). Check its path, its permissions and the disk.`)
    })
  )
)

const cell = Schema.Union(Schema.Literal("", ",", '"', "\r\n", " ä "), Schema.String)

it.effect.prop(
  "rows that are written as CSV are read again as they were",
  [Schema.Array(Schema.Struct({ a: cell, b: cell }))],
  ([rows]) =>
    Effect.gen(function* () {
      const text = yield* Stream.mkString(CsvText.of(Dataset.fromArray(rows), ["b", "a"]))
      const source = FileSource.csv({ path: "rows.csv", item: Schema.Struct({ a: Schema.String, b: Schema.String }) })
      expect(yield* read(source, fileOf(text))).toStrictEqual({
        rows,
        metadata: { rows: rows.length, unknown_fields: 0 },
        quarantined: []
      })
    })
)

it.effect("an empty cell that is the only one of its row is read again as it was", () =>
  Effect.gen(function* () {
    const rows = [{ a: "" }, { a: "x" }, { a: "" }]
    const text = yield* Stream.mkString(CsvText.of(Dataset.fromArray(rows), ["a"]))
    const source = FileSource.csv({ path: "rows.csv", item: Schema.Struct({ a: Schema.String }) })
    expect(yield* read(source, fileOf(text))).toStrictEqual({
      rows,
      metadata: { rows: 3, unknown_fields: 0 },
      quarantined: []
    })
  })
)

it.effect("of an asset that is cut, each partition is a file of its own", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const days = Partitions.daily("days", { start: "2024-08-01" })
      const report = fileAsset("report", {
        partitions: days,
        path: ({ key }) => `${folder}/${key}.md`,
        contents: (_, { key }) => `# ${key}`
      })
      const space = Either.getOrThrow(days.at({ now: Date.parse("2024-09-01") }))
      const slice = Slice.make(space, Either.getOrThrow(PartitionText.parse(space, "2024-08-02")))
      const { value } = yield* runForTest(report, {}, { slice })
      const loaded = report.storage._tag === "Stored" ? yield* report.storage.loadSlice?.(slice) ?? Effect.succeed("") : ""
      expect([value, loaded, yield* fs.readFileString(value)]).toStrictEqual([
        `${folder}/2024-08-02.md`,
        `${folder}/2024-08-02.md`,
        "# 2024-08-02"
      ])
      // @ts-expect-error one file would hold one partition after the other
      fileAsset("one", { partitions: days, path: "report.md", contents: () => "" })
    })
  )
)

it.effect("of an asset that is cut, the partitions without a file are found, in whatever folder their files are", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const days = Partitions.daily("days", { start: "2024-07-30", end: "2024-08-02" })
      const report = fileAsset("report", {
        partitions: days,
        path: ({ key }) => {
          const path = `${folder}/${key.slice(0, 7)}/${key}.md`
          return key.endsWith("1") ? path : Effect.succeed(path)
        },
        contents: () => ""
      })
      const space = Either.getOrThrow(days.at({ now: Date.parse("2024-09-01") }))
      const { lost } = report.storage._tag === "Stored" ? report.storage : { lost: undefined }
      const gone = lost?.(Slice.make(space, space.all)) ?? Effect.die("cannot tell")
      expect(yield* gone).toStrictEqual(["2024-07-30", "2024-07-31", "2024-08-01", "2024-08-02"])
      yield* fs.makeDirectory(`${folder}/2024-08`)
      yield* fs.writeFileString(`${folder}/2024-08/2024-08-02.md`, "")
      expect(yield* gone).toStrictEqual(["2024-07-30", "2024-07-31", "2024-08-01"])
      yield* fs.writeFileString(`${folder}/2024-07`, "no folder")
      expect(yield* Effect.flip(gone)).toStrictEqual(new FileUnreadable({ path: `${folder}/2024-07/`, reason: "ENOTDIR" }))
    })
  )
)
