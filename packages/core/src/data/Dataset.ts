import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Block, Spill, type SpillFailed, type SpillFile } from "./Spill.ts"

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
}

/** How a dataset's rows are written when they spill, and read back the same. */
export interface Codec<A> {
  readonly encode: (rows: ReadonlyArray<A>) => string
  readonly decode: (text: string) => ReadonlyArray<A>
}

/** For rows that are plain JSON already. */
export const jsonCodec = <A>(): Codec<A> => ({
  encode: (rows) => JSON.stringify(rows),
  decode: (text) => JSON.parse(text)
})

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
 * Reads a source once, to its end, and keeps its rows: in memory up to `Spill.rowsInMemory`, the rest in an encrypted file
 * that goes with the scope. Fails as the source does.
 */
export const collect = Effect.fn("Dataset.collect")(function* <A, E, R>(
  source: Stream.Stream<ReadonlyArray<A>, E, R>,
  codec: Codec<A>
): Effect.fn.Return<Dataset<A>, E | SpillFailed, R | Spill | Scope.Scope> {
  const spill = yield* Spill
  const kept: Array<ReadonlyArray<A>> = []
  const blocks: Array<Block> = []
  let file: SpillFile | undefined
  let size = 0
  const scope = yield* Effect.scope
  yield* Stream.runForEach(
    source,
    Effect.fnUntraced(function* (rows) {
      if (rows.length === 0) return
      size += rows.length
      if (size <= spill.rowsInMemory) {
        kept.push(rows)
        return
      }
      file ??= yield* Effect.provideService(spill.open, Scope.Scope, scope)
      blocks.push(yield* file.write(codec.encode(rows)))
    })
  )
  const inMemory = Stream.fromIterable(kept)
  if (file === undefined) return make(size, inMemory)
  const { read } = file
  const onDisk = Stream.mapEffect(Stream.fromIterable(blocks), (block) => Effect.map(read(block), codec.decode))
  return make(size, Stream.concat(inMemory, onDisk))
})

/** One row for each. */
export const map = <A, B>(self: Dataset<A>, f: (row: A) => B): Dataset<B> =>
  make(
    self.size,
    Stream.map(self.chunks, (rows) => rows.map((row) => f(row)))
  )

/** Any number of rows for each. */
export const flatMap = <A, B>(self: Dataset<A>, f: (row: A) => ReadonlyArray<B>): Dataset<B> =>
  make(
    undefined,
    Stream.map(self.chunks, (rows) => rows.flatMap((row) => f(row)))
  )

/** The rows that pass; `ordinal` counts from 0 over the whole dataset. */
export const filter = <A>(self: Dataset<A>, keep: (row: A, ordinal: number) => boolean): Dataset<A> =>
  make(
    undefined,
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

const make = <A>(size: number | undefined, chunks: Stream.Stream<ReadonlyArray<A>, SpillFailed>): Dataset<A> => ({
  [TypeId]: TypeId,
  size,
  chunks
})
