import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill, SpillFailed } from "@sluice/core/data/Spill"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const spilling = (rowsInMemory: number) => Layer.provide(Spill.layer({ rowsInMemory }), NodeFileSystem.layer)
const codec = RowCodec.make(Schema.Number)
/** Rows as a source hands them on. */
const blocks = <E, R>(rows: Stream.Stream<ReadonlyArray<number>, E, R>) =>
  Stream.map(rows, (some): Dataset.Block<number> => ({ packed: codec.encode(some), rows: some }))
/** A spill file whose first block finds no room while the second is still being written. */
const withoutRoom = Effect.map(Effect.makeLatch(), (both) =>
  Layer.succeed(Spill, {
    rowsInMemory: 0,
    bytesInMemory: 0,
    open: () => {
      let blocks = 0
      return Effect.succeed({
        read: () => Effect.dieMessage("nothing was written"),
        write: () =>
          blocks++ === 0
            ? Effect.zipRight(both.await, new SpillFailed({ operation: "written", reason: "ENOSPC" }))
            : Effect.zipRight(both.open, Effect.never)
      })
    }
  })
)
const turns = (count: number) => Effect.repeatN(Effect.yieldNow(), count)

describe("a dataset that grows", () => {
  it.scoped.prop(
    "gives each reader every row once, in order, whenever it begins and however slow it is",
    [
      FastCheck.array(FastCheck.array(FastCheck.nat(), { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
      FastCheck.array(FastCheck.tuple(FastCheck.nat(12), FastCheck.nat(5)), { minLength: 1, maxLength: 4 }),
      FastCheck.nat(20)
    ],
    ([pages, readers, rowsInMemory]) =>
      Effect.gen(function* () {
        const source = Stream.tap(Stream.fromIterable(pages), () => turns(2))
        const { dataset, fill } = yield* Dataset.growing(blocks(source), codec, {})
        const reading = yield* Effect.fork(
          Effect.forEach(
            readers,
            ([late, slow]) => {
              const seen: Array<number> = []
              const read = Dataset.forEachChunk(dataset, (rows) => Effect.map(turns(slow), () => seen.push(...rows)))
              return Effect.as(Effect.zipRight(turns(late), read), seen)
            },
            { concurrency: "unbounded" }
          )
        )
        const whole = yield* fill
        const all = pages.flat()
        expect(yield* Fiber.join(reading)).toStrictEqual(readers.map(() => all))
        expect([whole.size, yield* Dataset.toArray(whole)]).toStrictEqual([all.length, all])
      }).pipe(Effect.provide(spilling(rowsInMemory)))
  )

  // Regression: what was written at the same time was interrupted, and its readers with it: they failed as "interrupted from
  // inside" where there was no room.
  it.scoped("fails for want of room with that error alone, while readers of its other blocks wait to be stopped", () =>
    Effect.gen(function* () {
      const packed = Stream.map(Stream.make([1], [2]), (rows) => ({ packed: codec.encode(rows), rows: undefined }))
      const { dataset, fill } = yield* Dataset.growing(packed, codec, {})
      const reader = Effect.flatMap(dataset.open, (pull) => Effect.zipRight(Effect.either(pull), pull))
      const second = yield* Effect.fork(Effect.scoped(reader))
      const error = yield* Effect.flip(fill)
      yield* turns(20)
      expect([error, second.unsafePoll()]).toStrictEqual([new SpillFailed({ operation: "written", reason: "ENOSPC" }), null])
    }).pipe(Effect.provide(Layer.unwrapEffect(withoutRoom)))
  )

  // Regression: readers side by side waited uninterruptibly for a block whose write was interrupted, and Ctrl-C never ended.
  it.scoped("lets readers who wait together for a block that is never written be interrupted", () =>
    Effect.gen(function* () {
      const packed = Stream.map(Stream.make([1], [2]), (rows) => ({ packed: codec.encode(rows), rows: undefined }))
      const { dataset, fill } = yield* Dataset.growing(packed, codec, {})
      const second = Effect.flatMap(dataset.open, (pull) => Effect.zipRight(Effect.either(pull), pull))
      const readers = yield* Effect.forkDaemon(
        Effect.all([Effect.scoped(second), Effect.scoped(second)], { concurrency: 2 })
      )
      yield* Effect.flip(fill)
      yield* turns(20)
      yield* Fiber.interruptFork(readers)
      yield* turns(20)
      const ended = readers.unsafePoll()
      expect(ended !== null && Exit.isInterrupted(ended)).toBe(true)
    }).pipe(Effect.provide(Layer.unwrapEffect(withoutRoom)))
  )

  it.scoped("is not unpacked for readers who keep up with it", () =>
    Effect.gen(function* () {
      let unpacked = 0
      const counting: typeof codec = {
        ...codec,
        decode: (packed) => {
          unpacked++
          return codec.decode(packed)
        },
        decodeBy: (rowsAtOnce, packed) => {
          unpacked++
          return codec.decodeBy(rowsAtOnce, packed)
        }
      }
      const source = Stream.tap(
        Stream.range(1, 40).pipe(
          Stream.rechunk(1),
          Stream.map((n) => [n])
        ),
        () => turns(10)
      )
      const { dataset, fill } = yield* Dataset.growing(blocks(source), counting, {})
      const [rows] = yield* Effect.zip(Dataset.toArray(dataset), fill, { concurrent: true })
      expect([rows.length, unpacked]).toStrictEqual([40, 0])
    }).pipe(Effect.provide(spilling(0)))
  )

  it.scoped("is unpacked some rows at a time, once for all who start side by side", () =>
    Effect.gen(function* () {
      const all = Array.from({ length: 1_200 }, (_, n) => n)
      const packed = Stream.map(Stream.make(all, all), (rows) => ({ packed: codec.encode(rows), rows: undefined }))
      let unpacked = 0
      const counting: Pick<typeof codec, "decodeBy"> = {
        decodeBy: function* (rowsAtOnce, packed) {
          for (const rows of codec.decodeBy(rowsAtOnce, packed)) {
            unpacked += rows.length
            yield rows
          }
        }
      }
      const { dataset, fill } = yield* Dataset.growing(packed, counting, {})
      yield* fill
      const read = Effect.map(Stream.runCollect(Dataset.chunks(dataset)), (chunks) => [...chunks])
      const alone = yield* read
      expect(unpacked).toBe(2_400)
      const several = yield* Effect.all([read, read, read], { concurrency: "unbounded" })
      expect(unpacked).toBe(4_800)
      for (const chunks of [alone, ...several]) {
        expect(chunks.map(({ length }) => length)).toStrictEqual([250, 250, 250, 250, 200, 250, 250, 250, 250, 200])
        expect(chunks.flat()).toStrictEqual([...all, ...all])
      }
    }).pipe(Effect.provide(spilling(0)))
  )

  it.scoped("is read back by who comes late, and not by who follows closely", () => {
    let readBack = 0
    const compression = {
      pack: (bytes: Uint8Array) => Promise.resolve(bytes),
      unpack: (bytes: Uint8Array) => {
        readBack++
        return Promise.resolve(bytes)
      }
    }
    const spill = Layer.provide(Spill.layer({ rowsInMemory: 4, compression }), NodeFileSystem.layer)
    return Effect.gen(function* () {
      const pages = Stream.fromIterable(Array.from({ length: 20 }, (_, page) => [page, page]))
      const asked = yield* Queue.bounded<void>(1)
      const source = pages.pipe(
        Stream.rechunk(1),
        Stream.mapEffect((rows) => Effect.as(Queue.take(asked), { packed: codec.encode(rows), rows: undefined }))
      )
      const { dataset, fill } = yield* Dataset.growing(source, codec, {})
      const filling = yield* Effect.fork(fill)
      yield* Queue.offer(asked, undefined)
      yield* Dataset.forEachChunk(dataset, () => Effect.fork(Queue.offer(asked, undefined)))
      expect(readBack).toBe(0)
      const all = yield* Dataset.toArray(yield* Fiber.join(filling))
      // Of 20 blocks, the first two are in memory for good, and the last two still.
      expect([all.length, readBack]).toStrictEqual([40, 16])
    }).pipe(Effect.provide(spill))
  })

  it.scoped("comes to its end when it is concluded, and not when the source ends", () =>
    Effect.gen(function* () {
      const concluded = yield* Deferred.make<void>()
      const { dataset, fill } = yield* Dataset.growing(blocks(Stream.make([1], [2, 3])), codec, {
        concluded: Deferred.await(concluded)
      })
      const seen: Array<number> = []
      const reading = yield* Effect.fork(
        Dataset.forEachChunk(
          Dataset.map(dataset, (n) => n * 10),
          (rows) => Effect.sync(() => seen.push(...rows))
        )
      )
      const whole = yield* Effect.fork(dataset.awaitComplete)
      yield* fill
      yield* turns(50)
      expect([seen, yield* Fiber.poll(reading), yield* Fiber.poll(whole)]).toStrictEqual([
        [10, 20, 30],
        Option.none(),
        Option.none()
      ])
      yield* Deferred.succeed(concluded, undefined)
      yield* Fiber.join(Fiber.zip(reading, whole))
    }).pipe(Effect.provide(Spill.layerMemory))
  )

  it.scoped("has begun when there is something to read, or when there will be nothing", () =>
    Effect.gen(function* () {
      const pages = yield* Queue.unbounded<ReadonlyArray<number>>()
      const { begun, fill } = yield* Dataset.growing(blocks(Stream.fromQueue(pages)), codec, {})
      const begins = yield* Effect.fork(begun)
      yield* Effect.fork(fill)
      yield* turns(20)
      expect(yield* Fiber.poll(begins)).toStrictEqual(Option.none())
      yield* Queue.offer(pages, [1])
      yield* Fiber.join(begins)
      const none = yield* Dataset.growing(blocks(Stream.empty), codec, {})
      yield* Effect.zip(none.begun, none.fill, { concurrent: true })
    }).pipe(Effect.provide(Spill.layerMemory))
  )

  it.scoped("is what it was settled to be, for those who begin to read it then", () =>
    Effect.gen(function* () {
      const { dataset, fill, settle } = yield* Dataset.growing(blocks(Stream.make([1, 1, 2])), codec, {})
      yield* fill
      settle(Dataset.of(1, 2))
      expect(yield* Dataset.toArray(dataset)).toStrictEqual([1, 2])
    }).pipe(Effect.provide(Spill.layerMemory))
  )
})
