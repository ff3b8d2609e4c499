import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import { Spill } from "@sluice/core/data/Spill"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

const tooMany = new PlatformError.SystemError({
  reason: "Unknown",
  module: "FileSystem",
  method: "open",
  cause: Object.assign(new Error("too many open files"), { code: "EMFILE" })
})

// Regression: the file was made before its finalizer was, so that an interruption in between left a directory behind.
it.scoped("an interruption while a spill file is made leaves nothing behind", () =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const made = yield* Deferred.make<void>()
    const slow: FileSystem.FileSystem = {
      ...fs,
      makeTempDirectory: (options) =>
        Effect.tap(fs.makeTempDirectory(options), () =>
          Effect.zipRight(Deferred.succeed(made, undefined), Effect.yieldNow())
        )
    }
    const spill = Layer.provide(Spill.layer({ rowsInMemory: 0, directory }), Layer.succeed(FileSystem.FileSystem, slow))
    const opening = yield* Effect.fork(
      Effect.scoped(
        Effect.provide(
          Effect.flatMap(Spill, ({ open }) => open({ compress: false })),
          spill
        )
      )
    )
    yield* Deferred.await(made)
    yield* Fiber.interrupt(opening)
    expect(yield* fs.readDirectory(directory)).toStrictEqual([])
  }).pipe(Effect.provide(NodeFileSystem.layer))
)

it.scoped("a spill file that cannot be opened leaves nothing behind, and says what to change", () =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const poor: FileSystem.FileSystem = { ...fs, open: () => Effect.fail(tooMany) }
    const spill = Layer.provide(Spill.layer({ rowsInMemory: 0, directory }), Layer.succeed(FileSystem.FileSystem, poor))
    const open = Effect.scoped(Effect.flatMap(Spill, ({ open }) => open({ compress: false })))
    const { message } = yield* Effect.flip(Effect.provide(open, spill))
    expect([yield* fs.readDirectory(directory), message]).toStrictEqual([
      [],
      "The temporary file for large datasets could not be opened (EMFILE). This process may open too few files: raise its limit (`ulimit -n 256`), or raise SLUICE_ROWS_IN_MEMORY."
    ])
  }).pipe(Effect.provide(NodeFileSystem.layer))
)
