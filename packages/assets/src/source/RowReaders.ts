import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { Endpoint } from "./Endpoint.ts"
import type { Fault } from "./JsonRows.ts"
import * as Piece from "./Piece.ts"

/** Why an answer is not read: what it is, or the end of what read it. */
export type Failure = Fault | ThreadEnded

export interface ThreadEnded {
  readonly _tag: "ThreadEnded"
  /** The name of what it ended of; never a message, which could quote the answer. */
  readonly why: string
}

/** Reads the text of one answer; it is told of each part when it has taken the one before. */
export interface RowReader<out A> {
  /** Takes the next bytes, which must not change afterwards, and answers pieces that are whole by now. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<ReadonlyArray<Piece.Piece<A>>, Failure>
  /** Says that the text has ended, and answers the pieces that are left. */
  readonly end: Effect.Effect<ReadonlyArray<Piece.Piece<A>>, Failure>
}

/** Where the text of answers is parsed, decoded and packed: by default here and now. It makes no difference to what is read. */
export class RowReaders extends Context.Reference<RowReaders>()("@sluice/assets/source/RowReaders", {
  defaultValue: (): {
    readonly open: <A>(
      endpoint: Endpoint<A>,
      options: Piece.CutterOptions
    ) => Effect.Effect<RowReader<A>, never, Scope.Scope>
  } => ({ open: (endpoint, options) => Effect.sync(() => inPlace(Piece.cutter(endpoint, options))) })
}) {}

/** A reader that works where it is called. */
export const inPlace = <A>({ end, push }: Piece.Cutter<A>): RowReader<A> => {
  const now = <B>(work: () => Either.Either<B, Fault>): Effect.Effect<B, Fault> => Effect.suspend(work)
  return { push: (bytes) => now(() => push(bytes)), end: now(end) }
}
