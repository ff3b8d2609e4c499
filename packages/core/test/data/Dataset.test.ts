import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const spilling = (rowsInMemory: number, directory?: string) =>
  Layer.provide(Spill.layer({ rowsInMemory, ...(directory === undefined ? {} : { directory }) }), NodeFileSystem.layer)
const pages = <A>(rows: ReadonlyArray<A>, size: number) => Dataset.chunks(Dataset.fromArray(rows, size))
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

describe("Dataset", () => {
  it.effect("maps, filters and flattens lazily, the same at every reading", () =>
    Effect.gen(function* () {
      const source = Dataset.fromArray(numbers(10), 3)
      const odd = Dataset.filter(source, (n) => n % 2 === 1)
      const twice = Dataset.flatMap(Dataset.map(odd, String), (text) => [text, text])
      const once = yield* Dataset.toArray(twice)
      expect(once).toStrictEqual(["1", "1", "3", "3", "5", "5", "7", "7", "9", "9"])
      expect(yield* Dataset.toArray(twice)).toStrictEqual(once)
    })
  )

  it.effect("numbers rows over the whole dataset, from 0, at every reading", () =>
    Effect.gen(function* () {
      const late = Dataset.filter(Dataset.fromArray(numbers(10), 4), (_, ordinal) => ordinal >= 7)
      expect([yield* Dataset.toArray(late), yield* Dataset.toArray(late)]).toStrictEqual([
        [7, 8, 9],
        [7, 8, 9]
      ])
    })
  )

  it.scoped.prop(
    "is the same rows in the same order, however many of them are spilled, for several readers at once",
    [
      FastCheck.array(FastCheck.string(), { maxLength: 60 }),
      FastCheck.integer({ min: 0, max: 70 }),
      FastCheck.integer({ min: 1, max: 9 })
    ],
    ([rows, rowsInMemory, pageSize]) =>
      Effect.gen(function* () {
        const dataset = yield* Dataset.collect(pages(rows, pageSize), RowCodec.make(Schema.String))
        const readings = yield* Effect.all([Dataset.toArray(dataset), Dataset.toArray(dataset)], { concurrency: 2 })
        expect(readings).toStrictEqual([rows, rows])
        expect(dataset.size).toBe(rows.length)
      }).pipe(Effect.provide(spilling(rowsInMemory)))
  )

  it.scoped("fails as its source does, and leaves no file behind", () =>
    Effect.gen(function* () {
      const { directory, files } = yield* temporary
      const source = Stream.concat(pages(numbers(50), 10), Stream.fail("source broke"))
      const collected = Effect.scoped(Dataset.collect(source, RowCodec.make(Schema.Number)))
      expect(yield* Effect.flip(Effect.provide(collected, spilling(5, directory)))).toBe("source broke")
      expect(yield* files).toStrictEqual([])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("a reader that is interrupted leaves the others their rows", () =>
    Effect.gen(function* () {
      const dataset = yield* Dataset.collect(pages(numbers(100), 10), RowCodec.make(Schema.Number))
      const leader = yield* Effect.fork(Dataset.toArray(dataset))
      const follower = yield* Effect.fork(Dataset.toArray(dataset))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(leader)
      expect(yield* Fiber.join(follower)).toStrictEqual(numbers(100))
    }).pipe(Effect.provide(spilling(0)))
  )

  it.scoped("packed rows past the limit of bytes are spilled, however few they are", () =>
    Effect.gen(function* () {
      let opened = 0
      const spill = yield* Effect.provide(Spill, spilling(1_000))
      const counting = {
        ...spill,
        bytesInMemory: 100,
        open: (options: { readonly compress: boolean }) => {
          opened++
          return spill.open(options)
        }
      }
      const rows = Array.from({ length: 20 }, (_, i) => `${i} ${"x".repeat(50)}`)
      const collected = Dataset.collect(pages(rows, 1), RowCodec.make(Schema.String))
      const dataset = yield* Effect.provideService(collected, Spill, counting)
      expect([yield* Dataset.toArray(dataset), opened]).toStrictEqual([rows, 1])
    })
  )

  it.scoped("a directory that cannot be written to is a clear error", () =>
    Effect.gen(function* () {
      const collected = Dataset.collect(pages(numbers(50), 10), RowCodec.make(Schema.Number))
      const error = yield* Effect.flip(Effect.provide(collected, spilling(5, "/nowhere/at/all")))
      expect(error.message).toStrictEqual(
        "The temporary file for large datasets could not be opened (NotFound). Name a temporary directory that this user may write (TMPDIR), or raise SLUICE_ROWS_IN_MEMORY."
      )
    })
  )

  // Regression: the reason of a full disk was told as "Unknown".
  it.scoped("a disk that is full is a clear error, whichever of the blocks in flight meets it, and no file stays", () =>
    Effect.gen(function* () {
      const { directory, files } = yield* temporary
      const fs = yield* FileSystem.FileSystem
      const full = new PlatformError.SystemError({
        reason: "Unknown",
        module: "FileSystem",
        method: "writeAll",
        cause: Object.assign(new Error("no space left on device"), { code: "ENOSPC" })
      })
      let left = 3
      const filling: FileSystem.FileSystem = {
        ...fs,
        open: (path, options) =>
          Effect.map(fs.open(path, options), (file) => ({
            ...file,
            [FileSystem.FileTypeId]: FileSystem.FileTypeId,
            stat: file.stat,
            seek: (offset, from) => file.seek(offset, from),
            read: (buffer) => file.read(buffer),
            writeAll: (buffer) => (left-- > 0 ? file.writeAll(buffer) : Effect.fail(full))
          }))
      }
      const layer = Layer.provide(Spill.layer({ rowsInMemory: 0, directory }), Layer.succeed(FileSystem.FileSystem, filling))
      const collected = Effect.scoped(Dataset.collect(pages(numbers(500), 10), RowCodec.make(Schema.Number)))
      const error = yield* Effect.flip(Effect.provide(collected, layer))
      expect([error.operation, error.reason, yield* files]).toStrictEqual(["written", "ENOSPC", []])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("unlinks its file as soon as it is open, so that a killed process leaves no rows to find", () =>
    Effect.gen(function* () {
      const { directory, files } = yield* temporary
      const collected = Dataset.collect(pages(numbers(50), 10), RowCodec.make(Schema.Number))
      const dataset = yield* Effect.provide(collected, spilling(5, directory))
      expect(yield* files).toStrictEqual([])
      expect(yield* Dataset.toArray(dataset)).toStrictEqual(numbers(50))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

/** A directory of the test's own, and all that is anywhere in it. */
const temporary = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  return { directory, files: fs.readDirectory(directory, { recursive: true }) }
})
