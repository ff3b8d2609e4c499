import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const spilling = (rowsInMemory: number, directory?: string) =>
  Layer.provide(Spill.layer({ rowsInMemory, ...(directory === undefined ? {} : { directory }) }), NodeFileSystem.layer)
const pages = <A>(rows: ReadonlyArray<A>, size: number) => Dataset.fromArray(rows, size).chunks
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

describe("Dataset", () => {
  it.effect("maps, filters and flattens lazily, the same at every reading", () =>
    Effect.gen(function* () {
      const source = Dataset.fromArray(numbers(10), 3)
      const odd = Dataset.filter(source, (n) => n % 2 === 1)
      const twice = Dataset.flatMap(Dataset.map(odd, String), (text) => [text, text])
      const once = yield* Dataset.toArray(twice)
      assert.deepStrictEqual(once, ["1", "1", "3", "3", "5", "5", "7", "7", "9", "9"])
      assert.deepStrictEqual(yield* Dataset.toArray(twice), once)
    })
  )

  it.effect("numbers rows over the whole dataset, from 0, at every reading", () =>
    Effect.gen(function* () {
      const late = Dataset.filter(Dataset.fromArray(numbers(10), 4), (_, ordinal) => ordinal >= 7)
      assert.deepStrictEqual(
        [yield* Dataset.toArray(late), yield* Dataset.toArray(late)],
        [
          [7, 8, 9],
          [7, 8, 9]
        ]
      )
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
        const dataset = yield* Dataset.collect(pages(rows, pageSize), Dataset.jsonCodec<string>())
        const readings = yield* Effect.all([Dataset.toArray(dataset), Dataset.toArray(dataset)], { concurrency: 2 })
        assert.deepStrictEqual(readings, [rows, rows])
        assert.strictEqual(dataset.size, rows.length)
      }).pipe(Effect.provide(spilling(rowsInMemory)))
  )

  it.scoped("fails as its source does, and leaves no file behind", () =>
    Effect.gen(function* () {
      const { directory, files } = yield* temporary
      const source = Stream.concat(pages(numbers(50), 10), Stream.fail("source broke"))
      const collected = Effect.scoped(Dataset.collect(source, Dataset.jsonCodec<number>()))
      assert.strictEqual(yield* Effect.flip(Effect.provide(collected, spilling(5, directory))), "source broke")
      assert.deepStrictEqual(yield* files, [])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("unlinks its file as soon as it is open, so that a killed process leaves no rows to find", () =>
    Effect.gen(function* () {
      const { directory, files } = yield* temporary
      const collected = Dataset.collect(pages(numbers(50), 10), Dataset.jsonCodec<number>())
      const dataset = yield* Effect.provide(collected, spilling(5, directory))
      assert.deepStrictEqual(yield* files, [])
      assert.deepStrictEqual(yield* Dataset.toArray(dataset), numbers(50))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

/** A directory of the test's own, and all that is anywhere in it. */
const temporary = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  return { directory, files: fs.readDirectory(directory, { recursive: true }) }
})
