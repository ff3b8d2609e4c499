/**
 * A personal value of some kind: `Pii<"city">`. It can reach the masker and the declared derivations and nothing else: no
 * public row, metadata, log field or error accepts one, and however it is printed, it prints as its kind.
 *
 * The value is a private field, which `JSON.stringify`, `structuredClone`, `util.inspect` and spreading cannot see. Only
 * `PiiReveal`, which the linter lets a handful of modules import, reads it.
 */
export class Pii<out K extends string> {
  readonly kind: K
  readonly #value: string

  private constructor(kind: K, value: string) {
    this.kind = kind
    this.#value = value
  }

  /** Wraps a value as it comes in at the door. */
  static make<const K extends string>(kind: K, value: string): Pii<K> {
    return new Pii(kind, value)
  }

  /** Reads a value. Import it from `PiiReveal`. */
  static reveal(pii: Pii<string>): string {
    return pii.#value
  }

  toString(): string {
    return `<${this.kind}>`
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.toPrimitive](): string {
    return this.toString()
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}
