import * as Context from "effect/Context"

/** Takes in text, or bytes, piece by piece, and tells their fingerprint: how they were cut makes no difference. */
export interface Fingerprint {
  /** Text counts as its bytes in UTF-8. */
  readonly add: (piece: string | Uint8Array) => void
  /** 256 bits as text. Ends it: nothing can be added afterwards. */
  readonly end: () => string
}

/**
 * Fingerprints of data, to tell whether it is what it was: equal text has equal fingerprints within one store. They are keyed
 * with a secret of the store, so that nobody who sees one can confirm a guess at the text. A store provides it; without one,
 * nothing can be told and it is undefined.
 */
export class Fingerprints extends Context.Reference<Fingerprints>()("./Fingerprints.ts", {
  defaultValue: (): Fingerprints.Service | undefined => undefined
}) {}

export declare namespace Fingerprints {
  export interface Service {
    readonly start: () => Fingerprint
    /** Encrypts bytes that belong to something, so that they can be kept beside it and tell nothing without the store's key. */
    readonly seal: (bytes: Uint8Array, of: string) => Uint8Array
    /** What was sealed; undefined where it was by another store, or belongs to something else. */
    readonly open: (sealed: Uint8Array, of: string) => Uint8Array | undefined
  }
}
