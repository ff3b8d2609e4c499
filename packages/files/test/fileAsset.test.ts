import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { FileUnreadable } from "@sluice/core/asset/FileFailed"
import type * as Storage from "@sluice/core/asset/Storage"
import * as Dataset from "@sluice/core/data/Dataset"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
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
