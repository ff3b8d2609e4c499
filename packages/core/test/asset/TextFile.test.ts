import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as TextFile from "@sluice/core/asset/TextFile"
import * as Effect from "effect/Effect"

it.scoped("a file that was written can be read, is there, and has no draft beside it", () =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    const path = `${folder}/report.md`
    const { exists = Effect.succeed(undefined), load } = TextFile.storage(Effect.succeed(path))
    const before = yield* exists
    const written = [yield* TextFile.write(path, "one"), yield* TextFile.write(path, "zwei ü")]
    expect([
      before,
      written,
      yield* TextFile.read(path),
      yield* exists,
      yield* load,
      yield* fs.readDirectory(folder)
    ]).toStrictEqual([false, [path, path], "zwei ü", true, path, ["report.md"]])
  }).pipe(Effect.provide(NodeFileSystem.layer))
)

it.scoped("a file that cannot be read or written is told by its path and the reason", () =>
  Effect.gen(function* () {
    const folder = yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())
    const path = `${folder}/gone/report.md`
    const messages = yield* Effect.all([Effect.flip(TextFile.read(path)), Effect.flip(TextFile.write(path, "one"))])
    expect(messages.map(({ message }) => message.replace(path, "FILE"))).toStrictEqual([
      "The file FILE cannot be read (NotFound). Check its path and its permissions.",
      "The file FILE cannot be written (NotFound). Check its path, its permissions and the disk."
    ])
  }).pipe(Effect.provide(NodeFileSystem.layer))
)
