import * as Context from "effect/Context"

/** Computes the fingerprint of text or bytes that are added in pieces. How they were cut makes no difference. */
export interface Fingerprint {
  /** Text is encoded as UTF-8. */
  readonly add: (piece: string | Uint8Array) => void
  /** Returns 256 bits as text. Nothing can be added afterwards. */
  readonly end: () => string
}

/**
 * Fingerprints of data, to detect changes: within one store, equal text has equal fingerprints. They are keyed with a secret of
 * the store, so that a fingerprint does not confirm a guess at the text. The store provides this service. Undefined without a
 * store.
 */
export class Fingerprints extends Context.Reference<Fingerprints>()("@sluice/core/source/Fingerprints", {
  defaultValue: (): Fingerprints.Service | undefined => undefined
}) {}

export declare namespace Fingerprints {
  export interface Service {
    readonly start: () => Fingerprint
    /** Encrypts bytes with the store's key, bound to the name `of`. */
    readonly seal: (bytes: Uint8Array, of: string) => Uint8Array
    /** Decrypts sealed bytes. Returns undefined if another store sealed them, or if they are bound to another name. */
    readonly open: (sealed: Uint8Array, of: string) => Uint8Array | undefined
  }
}
