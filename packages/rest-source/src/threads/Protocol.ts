import type { Envelope } from "../PagingStyle.ts"
import type { Taken } from "../source/Body.ts"
import type { HttpPage, Options } from "../source/HttpPage.ts"
import type { Packed } from "../source/RowChunk.ts"
import type { SourceError } from "../source/SourceError.ts"
import type { Validators } from "../source/Validators.ts"

/** What a reading thread is asked. Each answer is told by its number. */
export type Request = Fetch | More | Close

/** An answer to be fetched, and its first chunks. */
export interface Fetch {
  readonly _tag: "Fetch"
  readonly answer: number
  readonly url: string
  /** The name of what is read. */
  readonly endpoint: string
  /** Where the rows of an answer are, unless it is a list of them. */
  readonly envelope: Envelope | undefined
  /** Bytes, rows, and for `idle` and `total` milliseconds. */
  readonly limits: Record<Exclude<keyof Options<unknown>, "endpoint" | "token">, number>
  readonly token: string | undefined
  readonly known: Validators
}

/** Its next chunks: asked for when those before have come, so that the thread always has something to do. */
export interface More {
  readonly _tag: "More"
  readonly answer: number
}

/** Nobody waits for the answer any more: what is under way is given up. */
export interface Close {
  readonly _tag: "Close"
  readonly answer: number
}

export type Reply = { readonly answer: number } & (Begun | Chunks | Failed)

/** The first reply to `Fetch`: what the head of the answer says; undefined if the answer is still the one that is known. */
export interface Begun {
  readonly _tag: "Begun"
  readonly head: Omit<HttpPage<unknown>, "next"> | undefined
}

/** The second reply to `Fetch`, and one to each `More`. */
export interface Chunks extends Omit<Taken<unknown>, "chunks"> {
  readonly _tag: "Chunks"
  readonly chunks: ReadonlyArray<Packed>
}

/** Why there is no answer, or no more of it. */
export interface Failed {
  readonly _tag: "Failed"
  readonly error: typeof SourceError.Encoded
}
