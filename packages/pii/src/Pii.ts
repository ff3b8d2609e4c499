/**
 * Personal values, and the only function that reads them. Only `@sluice/core` and `@sluice/warehouse` depend on this package,
 * so no other package can resolve it. Other packages import `@sluice/core/data/Pii`.
 */

let read: (pii: Pii<string>) => string

/**
 * A deep comparison finds this in each `Pii`: an object that refuses to list its keys. Printers, copiers and serializers do not
 * look into it, because most skip symbols, and vitest's differences print an object tagged as a function by its name. Each
 * value has its own object, since comparisons skip identical ones.
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
 * A personal value of some kind: `Pii<"city">`. It can reach the masker, the packed rows of a run and declared derivations, and
 * nothing else. No public row, metadata, log field or error accepts one. It always prints as its kind.
 *
 * The value is a private field, which `JSON.stringify`, `structuredClone`, `util.inspect` and spreading cannot see. A deep
 * comparison cannot see it either. So it throws, since it would otherwise call any two values of a kind equal.
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

  /** Wraps a value when it is read from the source. */
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

/** The value inside a `Pii`. Only the masker, packed rows and declared derivations call it, and a test lists them. */
export const reveal = (pii: Pii<string>): string => read(pii)
