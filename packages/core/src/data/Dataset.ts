import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Blocks from "./Blocks.ts"
import type * as Packed from "./Packed.ts"
import type { Spill, SpillFailed } from "./Spill.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Dataset")
export type TypeId = typeof TypeId

/**
 * A sequence of rows that can be read any number of times, in chunks, in bounded memory. Reading fails only where rows
 * were spilled to disk and cannot be read back. What is done to rows is plain functions on arrays: an Effect is per chunk.
 */
export interface Dataset<out A> {
  readonly [TypeId]: TypeId
  /** The number of rows; `undefined` where it is known only after reading. */
  readonly size: number | undefined
  readonly chunks: Stream.Stream<ReadonlyArray<A>, SpillFailed>
  /** Waits until all rows are there: for whoever must not hold on to something while a source is still read. */
  readonly whole: Effect.Effect<void>
}

/** A dataset that can be read while its source is. */
export interface Growing<A, E, R> {
  /** Gives what has come so far, then what comes. It ends when `concluded` does, and where that never does, never. */
  readonly dataset: Dataset<A>
  /** Waits until there is something to read, or nothing will be. */
  readonly begun: Effect.Effect<void>
  /** Reads the source to its end and answers its rows. */
  readonly fill: Effect.Effect<Dataset<A>, E | SpillFailed, R>
  /** Has `dataset` consist of other rows for those who begin to read it from now on. */
  readonly settle: (rows: Dataset<A>) => void
}

/** Some rows as they are kept, and as they are where they are at hand: whoever follows closely is spared the unpacking. */
export interface Block<out A> {
  readonly packed: Packed.Packed
  readonly rows: ReadonlyArray<A> | undefined
}

/** A dataset of the rows given. */
export const of = <A>(...rows: ReadonlyArray<A>): Dataset<A> => fromArray(rows)

/** A dataset of rows in memory, read in chunks of `chunkSize`. */
export const fromArray = <A>(rows: ReadonlyArray<A>, chunkSize = 5_000): Dataset<A> => {
  const chunks: Array<ReadonlyArray<A>> = []
  for (let start = 0; start < rows.length; start += chunkSize) chunks.push(rows.slice(start, start + chunkSize))
  return make(rows.length, Stream.fromIterable(chunks))
}

/** A dataset over a source that gives the same chunks at every reading. */
export const fromChunks = <A>(
  chunks: Stream.Stream<ReadonlyArray<A>, SpillFailed>,
  size: number | undefined = undefined
): Dataset<A> => make(size, chunks)

/**
 * Reads a source once, to its end, and keeps its rows packed: in memory as far as `Spill` lets them, the rest in an encrypted
 * file that goes with the scope. Fails as the source does.
 */
export const collect = <A, E, R>(
  source: Stream.Stream<ReadonlyArray<A>, E, R>,
  codec: Packed.Codec<A>
): Effect.Effect<Dataset<A>, E | SpillFailed, R | Spill | Scope.Scope> =>
  Effect.flatMap(
    growing(
      Stream.map(source, (rows) => ({ packed: codec.encode(rows), rows })),
      codec,
      {}
    ),
    ({ fill }) => fill
  )

/**
 * A dataset of a source that is read by `fill`, once, and can be read by others meanwhile, each at its own pace: they wait for
 * the source, and the source never for them.
 *
 * What is packed is compressed, encrypted and written while the next rows come, some blocks at a time. Readers who are at
 * the same place share what is unpacked there, so that several who start together unpack every block once. Whoever reads alone
 * has some rows of a block at a time, which are gone before there are more: the garbage collector finds next to nothing alive.
 */
export const growing = Effect.fn("Dataset.growing")(function* <A, E, R>(
  source: Stream.Stream<Block<A>, E, R>,
  codec: Pick<Packed.Codec<A>, "decode" | "decodeBy">,
  options: {
    /** Waits until the rows may be taken for all there are. Default: until the source has ended. */
    readonly concluded?: Effect.Effect<void>
  }
): Effect.fn.Return<Growing<A, E, R>, never, Spill | Scope.Scope> {
  const keep = yield* Blocks.keeper
  const kept = makeTail<Blocks.Kept>()
  const ended = options.concluded ?? kept.ended
  const unpacked = shared((block: Blocks.Kept) => Effect.map(block, codec.decode))
  let readers = 0
  // Each block is a turn: readers who start together stay together, and share.
  const read = (block: Blocks.Kept) =>
    Effect.flatMap(Effect.yieldNow(), () =>
      readers === 1 && !unpacked.has(block)
        ? Effect.map(block, (packed) => codec.decodeBy(rowsAtOnce, packed))
        : Effect.map(unpacked.get(block), (rows) => [rows].values())
    )
  const all = Stream.acquireRelease(
    Effect.sync(() => readers++),
    () => Effect.sync(() => readers--)
  ).pipe(
    Stream.flatMap(() => Stream.mapEffect(kept.all, read)),
    Stream.flatMap((parts) => Stream.fromIteratorSucceed(parts, 1))
  )
  let size = 0
  let settled: Dataset<A> | undefined
  const fill = source.pipe(
    Stream.filter(({ packed }) => packed.rows > 0),
    Stream.map(({ packed, rows }) => {
      size += packed.rows
      return Effect.map(keep(packed), (block) => ({ block, rows }))
    }),
    Stream.mapEffect((keeping) => keeping, { concurrency: blocksInFlight }),
    Stream.runForEach(({ block, rows }) =>
      Effect.sync(() => {
        if (rows !== undefined) unpacked.put(block, rows)
        kept.push(block)
      })
    ),
    Effect.map(() => {
      kept.end()
      return make(size, all)
    })
  )
  const following = Stream.concat(all, Stream.drain(ended))
  return {
    dataset: make(
      undefined,
      Stream.suspend(() => settled?.chunks ?? following),
      ended
    ),
    begun: kept.begun,
    fill,
    settle: (rows) => {
      settled = rows
    }
  }
})

/** Blocks that are compressed, encrypted and written at once. */
const blocksInFlight = 2
/** Rows of a block that are unpacked for one reader at a time. */
const rowsAtOnce = 500
/** Unpacked blocks that wait for other readers. */
const blocksShared = 2

/**
 * Keeps the last few results, and those that are under way, for whoever asks for the same; `put` gives one without any work.
 * A reader that shares is faster than the one it follows, so that readers who start side by side stay side by side.
 */
const shared = <K extends object, A, E>(work: (key: K) => Effect.Effect<A, E>) => {
  const recent = new Map<K, Deferred.Deferred<A, E>>()
  const remember = (key: K, result: Deferred.Deferred<A, E>) => {
    recent.set(key, result)
    for (const oldest of recent.keys()) if (recent.size > blocksShared) recent.delete(oldest)
    return result
  }
  return {
    has: (key: K): boolean => recent.has(key),
    put: (key: K, value: A): void =>
      Deferred.unsafeDone(remember(key, Deferred.unsafeMake(FiberId.none)), Effect.succeed(value)),
    get: (key: K): Effect.Effect<A, E> =>
      // Whoever comes first works for the others too: it is not interrupted half way.
      Effect.uninterruptibleMask((restore) => {
        const found = recent.get(key)
        if (found !== undefined) return restore(Deferred.await(found))
        const result = remember(key, Deferred.unsafeMake<A, E>(FiberId.none))
        return Effect.zipRight(Effect.intoDeferred(work(key), result), Deferred.await(result))
      })
  }
}

/** A list that grows, and can be followed from its beginning to its end by any number of readers. */
const makeTail = <A>() => {
  const elements: Array<A> = []
  const end = Deferred.unsafeMake<void>(FiberId.none)
  let more = Deferred.unsafeMake<void>(FiberId.none)
  let hasEnded = false
  const wake = () => {
    const woken = more
    more = Deferred.unsafeMake(FiberId.none)
    Deferred.unsafeDone(woken, Effect.void)
  }
  const next = (index: number): Effect.Effect<Option.Option<readonly [Chunk.Chunk<A>, number]>> =>
    Effect.suspend(() => {
      const [element] = elements.slice(index, index + 1)
      if (index < elements.length && element !== undefined) {
        return Effect.succeedSome([Chunk.of(element), index + 1] as const)
      }
      return hasEnded ? Effect.succeedNone : Effect.zipRight(Deferred.await(more), next(index))
    })
  return {
    push: (element: A) => {
      elements.push(element)
      wake()
    },
    end: () => {
      hasEnded = true
      wake()
      Deferred.unsafeDone(end, Effect.void)
    },
    begun: Effect.suspend(() => (elements.length > 0 || hasEnded ? Effect.void : Deferred.await(more))),
    ended: Deferred.await(end),
    all: Stream.unfoldChunkEffect(0, next)
  }
}

/** One row for each. */
export const map = <A, B>(self: Dataset<A>, f: (row: A) => B): Dataset<B> =>
  from(
    self,
    Stream.map(self.chunks, (rows) => rows.map((row) => f(row))),
    self.size
  )

/** Any number of rows for each. */
export const flatMap = <A, B>(self: Dataset<A>, f: (row: A) => ReadonlyArray<B>): Dataset<B> =>
  from(
    self,
    Stream.map(self.chunks, (rows) => rows.flatMap((row) => f(row))),
    self.size === 0 ? 0 : undefined
  )

/** The rows that pass; `ordinal` counts from 0 over the whole dataset. */
export const filter = <A>(self: Dataset<A>, keep: (row: A, ordinal: number) => boolean): Dataset<A> =>
  from(
    self,
    Stream.suspend(() => {
      let ordinal = 0
      return Stream.map(self.chunks, (rows) => rows.filter((row) => keep(row, ordinal++)))
    })
  )

/** Reads all rows, a chunk at a time. */
export const forEachChunk = <A, E, R, X>(
  self: Dataset<A>,
  f: (rows: ReadonlyArray<A>) => Effect.Effect<X, E, R>
): Effect.Effect<void, E | SpillFailed, R> => Stream.runForEach(self.chunks, f)

/** Folds over chunks with a plain function. */
export const reduceChunks = <A, S>(
  self: Dataset<A>,
  initial: S,
  f: (state: S, rows: ReadonlyArray<A>) => S
): Effect.Effect<S, SpillFailed> => Stream.runFold(self.chunks, initial, f)

/** All rows at once: for tests and small data. */
export const toArray = <A>(self: Dataset<A>): Effect.Effect<ReadonlyArray<A>, SpillFailed> =>
  Effect.suspend(() => {
    const all: Array<A> = []
    return Effect.as(
      forEachChunk(self, (rows) =>
        Effect.sync(() => {
          for (const row of rows) all.push(row)
        })
      ),
      all
    )
  })

const make = <A>(
  size: number | undefined,
  chunks: Stream.Stream<ReadonlyArray<A>, SpillFailed>,
  whole: Effect.Effect<void> = Effect.void
): Dataset<A> => ({ [TypeId]: TypeId, size, chunks, whole })

/** What is made of a dataset's rows is there when they are. */
const from = <A>(
  self: Dataset<unknown>,
  chunks: Stream.Stream<ReadonlyArray<A>, SpillFailed>,
  size: number | undefined = undefined
): Dataset<A> => make(size, chunks, self.whole)
