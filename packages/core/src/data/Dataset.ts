import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { forkBounded } from "../forkBounded.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as BlockReader from "./internal/BlockReader.ts"
import * as Blocks from "./internal/Blocks.ts"
import * as Pull from "./internal/Pull.ts"
import * as ReplayLog from "./internal/ReplayLog.ts"
import type * as Packed from "./Packed.ts"
import type { Spill, SpillFailed } from "./Spill.ts"

export const TypeId: unique symbol = Symbol.for("@sluice/core/Dataset")
export type TypeId = typeof TypeId

/**
 * A sequence of rows that can be read any number of times, in chunks, in bounded memory. Reading fails only if spilled rows
 * cannot be read back from disk. Rows are processed by plain functions on arrays; an Effect runs once for each chunk.
 */
export interface Dataset<out A> {
  /** Never set. The compiler names it where a `Reading` is given, which may be only what has changed. */
  readonly "~a Reading needs Changes.map, or Changes.whole": true
  readonly [TypeId]: TypeId
  /** The number of rows; `undefined` if it is only known after reading. */
  readonly size: number | undefined
  /** Opens a reader, which pulls one chunk after another. */
  readonly open: Opened<A>
  /**
   * Waits until all rows are available. Use it before taking a lock or a connection that must not be held while a source is
   * read.
   */
  readonly awaitComplete: Effect.Effect<void>
}

export type Opened<A> = Pull.Source<ReadonlyArray<A>, SpillFailed>

/** A dataset that can be read while its source is still read. */
export interface Growing<A, E, R> {
  /**
   * Emits the rows read so far, then the following ones. It ends when `concluded` completes, and never if `concluded` never
   * does.
   */
  readonly dataset: Dataset<A>
  /** Waits for the first rows, or for the end of the source. */
  readonly begun: Effect.Effect<void>
  /** Reads the source to its end and returns its rows. */
  readonly fill: Effect.Effect<Dataset<A>, E | SpillFailed, R>
  /** Replaces the rows of `dataset` for every reader that opens it from now on. */
  readonly settle: (rows: Dataset<A>) => void
}

/** Rows in packed form, and unpacked if they are still at hand. A reader close behind the source need not unpack them. */
export interface Block<out A> {
  readonly packed: Packed.Packed
  readonly rows: ReadonlyArray<A> | undefined
}

/** A dataset of the given rows. */
export const of = <A>(...rows: ReadonlyArray<A>): Dataset<A> => fromArray(rows)

/** A dataset of rows in memory, read in chunks of `chunkSize`. */
export const fromArray = <A>(rows: ReadonlyArray<A>, chunkSize = 5_000): Dataset<A> => {
  const chunks: Array<ReadonlyArray<A>> = []
  for (let start = 0; start < rows.length; start += chunkSize) chunks.push(rows.slice(start, start + chunkSize))
  return make(
    rows.length,
    Effect.sync(() => {
      const each = chunks.values()
      return Effect.sync(() => each.next().value)
    })
  )
}

/** A dataset over a source that emits the same chunks on every reading. */
export const fromChunks = <A>(
  chunks: Stream.Stream<ReadonlyArray<A>, SpillFailed>,
  size: number | undefined = undefined
): Dataset<A> => make(size, Pull.ofStream(chunks))

/**
 * Reads a source once, to its end, and keeps its rows packed: in memory within the limits of `Spill`, the rest in an encrypted
 * file that the scope removes. Fails with the errors of the source.
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
 * A dataset whose source `fill` reads once. Any number of readers can follow while it is read, each at its own pace. Readers
 * wait for the source; the source never waits for readers.
 *
 * Blocks are compressed, encrypted and written while the next rows arrive. Readers at the same place share the unpacked rows,
 * so several readers that start together unpack every block once.
 */
export const growing = Effect.fn("Dataset.growing")(function* <A, E, R>(
  source: Stream.Stream<Block<A>, E, R>,
  codec: Pick<Packed.Codec<A>, "decodeBy">,
  options: {
    /** Completes when the rows may be taken as complete. Default: when the source has ended. */
    readonly concluded?: Effect.Effect<void>
    /** Runs before a reader of `dataset` waits for the source. It may die if the reader would wait for ever. */
    readonly beforeReading?: Effect.Effect<void>
  }
): Effect.fn.Return<Growing<A, E, R>, never, Spill | Scope.Scope> {
  const keep = yield* Blocks.keeper
  const kept = ReplayLog.make<Blocks.Kept>()
  const { beforeReading = Effect.void, concluded = kept.ended } = options
  const ended = Effect.zipRight(beforeReading, concluded)
  const reader = BlockReader.make(codec)
  let readers = 0
  const open: Opened<A> = Effect.gen(function* () {
    const blocks = yield* kept.all
    let isReading = true
    const leave = Effect.sync(() => {
      if (isReading) readers--
      isReading = false
    })
    yield* Effect.acquireRelease(
      Effect.sync(() => readers++),
      () => leave
    )
    let parts: Pull.Pull<ReadonlyArray<A>> = Effect.succeed(undefined)
    const next: Pull.Pull<ReadonlyArray<A>, SpillFailed> = Effect.flatMap(
      Effect.suspend(() => parts),
      (rows) => (rows === undefined ? nextBlock : Effect.succeed(rows))
    )
    // Each block is a turn, so that a reader without company does not keep other fibers from running.
    const nextBlock = Effect.flatMap(Effect.zipLeft(blocks, Effect.yieldNow()), (block) =>
      block === undefined
        ? Effect.as(leave, undefined)
        : Effect.flatMap(reader.open(block, readers === 1), (opened) => {
            parts = opened
            return next
          })
    )
    return next
  })
  let size = 0
  let settled: Dataset<A> | undefined
  const fill = forkBounded(blocksInFlight, (start: (writing: Effect.Effect<void, SpillFailed>) => Effect.Effect<void>) =>
    Effect.scoped(
      Effect.flatMap(Pull.ofStream(source), (blocks) =>
        Pull.forEach(blocks, ({ packed, rows }) => {
          if (packed.rows === 0) return Effect.void
          size += packed.rows
          const { block, written } = keep(packed)
          if (rows !== undefined) reader.put(block, rows)
          kept.push(block)
          return start(written)
        })
      )
    )
  ).pipe(
    Effect.map(() => {
      kept.end()
      return make(size, open)
    })
  )
  const following: Opened<A> = Effect.map(Effect.zipRight(beforeReading, open), (pull) =>
    Effect.flatMap(pull, (rows) => (rows === undefined ? Effect.as(concluded, undefined) : Effect.succeed(rows)))
  )
  return {
    dataset: make(
      undefined,
      Effect.suspend(() => settled?.open ?? following),
      ended
    ),
    begun: kept.begun,
    fill,
    settle: (rows) => {
      settled = rows
    }
  }
})

/** Blocks that are compressed, encrypted and written at the same time. */
const blocksInFlight = 2

/** Maps each row to one row. */
export const map = <A, B>(self: Dataset<A>, f: (row: A) => B): Dataset<B> =>
  from(
    self,
    Pull.map(self.open, (rows) => rows.map((row) => f(row))),
    self.size
  )

/** Maps each row to any number of rows. */
export const flatMap = <A, B>(self: Dataset<A>, f: (row: A) => ReadonlyArray<B>): Dataset<B> =>
  from(
    self,
    Pull.map(self.open, (rows) => rows.flatMap((row) => f(row))),
    self.size === 0 ? 0 : undefined
  )

/**
 * The rows that satisfy the predicate. `size` is their number, if it is known; `ordinal` counts from 0 over the whole dataset.
 */
export const filter = <A>(
  self: Dataset<A>,
  keep: (row: A, ordinal: number) => boolean,
  size: number | undefined = undefined
): Dataset<A> =>
  from(
    self,
    Effect.suspend(() => {
      let ordinal = 0
      return Pull.map(self.open, (rows) => rows.filter((row) => keep(row, ordinal++)))
    }),
    size
  )

/** Runs an Effect for each chunk, in order. */
export const forEachChunk = <A, E, R, X>(
  self: Dataset<A>,
  f: (rows: ReadonlyArray<A>) => Effect.Effect<X, E, R>
): Effect.Effect<void, E | SpillFailed, Exclude<R, Scope.Scope>> =>
  Effect.scoped(Effect.flatMap(self.open, (chunks) => Pull.forEach(chunks, f)))

/** Folds over chunks with a plain function. */
export const reduceChunks = <A, S>(
  self: Dataset<A>,
  initial: S,
  f: (state: S, rows: ReadonlyArray<A>) => S
): Effect.Effect<S, SpillFailed> =>
  Effect.suspend(() => {
    let state = initial
    const fold = forEachChunk(self, (rows) =>
      Effect.sync(() => {
        state = f(state, rows)
      })
    )
    return Effect.map(fold, () => state)
  })

/** All rows in one array. Use it for tests and small data. */
export const toArray = <A>(self: Dataset<A>): Effect.Effect<ReadonlyArray<A>, SpillFailed> =>
  Effect.suspend(() => {
    const all: Array<A> = []
    return reduceChunks(self, all, (_, rows) => {
      for (const row of rows) all.push(row)
      return all
    })
  })

/** All rows as a stream of chunks. Use it when little work is done for each chunk. */
export const chunks = <A>(self: Dataset<A>): Stream.Stream<ReadonlyArray<A>, SpillFailed> => Pull.toStream(self.open)

const make = <A>(size: number | undefined, open: Opened<A>, awaitComplete: Effect.Effect<void> = Effect.void): Dataset<A> =>
  unsafeCast({ [TypeId]: TypeId, size, open, awaitComplete })

/** A derived dataset is complete when its source is. */
const from = <A>(self: Dataset<unknown>, open: Opened<A>, size: number | undefined): Dataset<A> =>
  make(size, open, self.awaitComplete)
