import type { Answer, Options } from "@sluice/assets/source/Answer"
import type { Endpoint } from "@sluice/assets/source/Endpoint"
import type { Fault } from "@sluice/assets/source/JsonRows"
import type { CutterOptions, Packed } from "@sluice/assets/source/Piece"
import type { SourceError } from "@sluice/assets/source/SourceError"
import type { Validators } from "@sluice/assets/source/Validators"

/**
 * What a reading thread is asked. Of each answer, which is told by its number, it reads either what it fetches itself or the
 * bytes that it is given.
 */
export type Request = Fetch | More | Open | Take | Close

/** An answer to be fetched, and its first pieces. */
export interface Fetch {
  readonly _tag: "Fetch"
  readonly answer: number
  readonly url: string
  readonly endpoint: Endpoint<unknown>["name"]
  /** Bytes, rows, and for `idle` and `total` milliseconds. */
  readonly limits: Record<Exclude<keyof Options<unknown>, "endpoint" | "token">, number>
  readonly token: string | undefined
  readonly known: Validators
}

/** Its next pieces: asked for when those before have come, so that the thread always has something to do. */
export interface More {
  readonly _tag: "More"
  readonly answer: number
}

/** The bytes of an answer that somebody else fetches. */
export interface Open {
  readonly _tag: "Open"
  readonly answer: number
  readonly endpoint: Endpoint<unknown>["name"]
  readonly options: CutterOptions
}

/** The next of them; with the last ones nothing of the answer is left. */
export interface Take {
  readonly _tag: "Take"
  readonly answer: number
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/** Nobody waits for the answer any more: what is under way is given up. */
export interface Close {
  readonly _tag: "Close"
  readonly answer: number
}

/** Said once, by a thread that has begun and will answer without delay. */
export interface Ready {
  readonly _tag: "Ready"
}

export type Reply = { readonly answer: number } & (Begun | Pieces | Failed | Faulty)

/** The first reply to `Fetch`: what the head of the answer says; undefined if the answer is still the one that is known. */
export interface Begun {
  readonly _tag: "Begun"
  readonly head: Omit<Answer<unknown>, "next"> | undefined
}

/** The second reply to `Fetch`, and one to each `More` and `Take`. */
export interface Pieces {
  readonly _tag: "Pieces"
  readonly pieces: ReadonlyArray<Packed>
  readonly isLast: boolean
}

/** Why there is no answer, or no more of it. */
export interface Failed {
  readonly _tag: "Failed"
  readonly error: typeof SourceError.Encoded
}

/** Why bytes that were taken have no rows. */
export interface Faulty {
  readonly _tag: "Faulty"
  readonly fault: Fault
}
