import type { Envelope } from "../PagingStyle.ts"
import type { Taken } from "../source/Body.ts"
import type { HttpPage, Options } from "../source/HttpPage.ts"
import type { Packed } from "../source/RowChunk.ts"
import type { SourceError } from "../source/SourceError.ts"
import type { Validators } from "../source/Validators.ts"

/** A request to a reading thread. Each answer has a number. */
export type Request = Fetch | More | Close

/** Requests an answer and its first chunks. */
export interface Fetch {
  readonly _tag: "Fetch"
  readonly answer: number
  readonly url: string
  /** The name of the list. */
  readonly endpoint: string
  /** The place of the rows within an object, unless the answer is a list. */
  readonly envelope: Envelope | undefined
  /** Bytes, rows, and for `idle` and `total` milliseconds. */
  readonly limits: Record<Exclude<keyof Options<unknown>, "endpoint" | "token">, number>
  readonly token: string | undefined
  readonly known: Validators
}

/** Requests the next chunks, when the previous ones have arrived, so that the thread always has work. */
export interface More {
  readonly _tag: "More"
  readonly answer: number
}

/** Cancels the answer, since nobody waits for it any more. */
export interface Close {
  readonly _tag: "Close"
  readonly answer: number
}

export type Reply = { readonly answer: number } & (Begun | Chunks | Failed)

/** The first reply to `Fetch`: the answer's head; undefined if the known answer is unchanged. */
export interface Begun {
  readonly _tag: "Begun"
  readonly head: Omit<HttpPage<unknown>, "next"> | undefined
}

/** The second reply to `Fetch`, and the reply to each `More`. */
export interface Chunks extends Omit<Taken<unknown>, "chunks"> {
  readonly _tag: "Chunks"
  readonly chunks: ReadonlyArray<Packed>
}

/** Why there is no answer, or no more of it. */
export interface Failed {
  readonly _tag: "Failed"
  readonly error: typeof SourceError.Encoded
}
