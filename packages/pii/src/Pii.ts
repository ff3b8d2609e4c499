/**
 * Personal values, and the one function that reads them. This package is a boundary: only `@sluice/core` and
 * `@sluice/warehouse` depend on it, so no other package can resolve it. Everybody else imports `@sluice/core/data/Pii`.
 */

let read: (pii: Pii<string>) => string

/**
 * What a deep comparison finds in each `Pii`: an object that refuses to list its keys. Whatever prints, copies or serializes a
 * `Pii` does not look into it: most pass over symbols, and vitest's differences print what is tagged as a function by its name.
 * Each value has its own, as comparisons pass over what is identical.
 */
const comparison: unique symbol = Symbol("comparison")
const hidden = Object.freeze({ [Symbol.toStringTag]: "Function", name: "hidden" })
const refusing: ProxyHandler<object> = {
  ownKeys: () => {
    throw new Error(
      "Two personal values were compared deeply, which cannot see what they hold. In vitest, compare with `expect` after `expect.addEqualityTesters([piiEquality])` of @sluice/core/testing/piiEquality; elsewhere compare what is made of them, their mask ids for one."
    )
  }
}

/**
 * A personal value of some kind: `Pii<"city">`. It can reach the masker, the packed rows of a run and declared derivations,
 * and nothing else: no public row, metadata, log field or error accepts one, and however it is printed, it prints as its kind.
 *
 * The value is a private field, which `JSON.stringify`, `structuredClone`, `util.inspect` and spreading cannot see. So a deep
 * comparison cannot see it either: it throws, where it would otherwise call any two values of a kind equal.
 */
export class Pii<out K extends string> {
  static {
    read = (pii) => pii.#value
  }

  readonly kind: K
  readonly [comparison]: object = new Proxy(hidden, refusing)
  readonly #value: string

  private constructor(kind: K, value: string) {
    this.kind = kind
    this.#value = value
  }

  /** Wraps a value as it comes in at the door. */
  static make<const K extends string>(kind: K, value: string): Pii<K> {
    return new Pii(kind, value)
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

/** The value inside a `Pii`: for the masker, the packed rows of a run and declared derivations, which a test lists. */
export const reveal = (pii: Pii<string>): string => read(pii)
