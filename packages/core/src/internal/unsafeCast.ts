/**
 * The only cast of this package. Each use states a type that the value has by construction and that the compiler cannot derive:
 * an asset with default upstreams (`{}` for an omitted `Up`), a value in an untyped map by asset name, an event made of a draft
 * and its time, text or a number that is the id of a kind, text in the form of a time or a decimal, or a dataset without the
 * property that only the compiler's errors name.
 */
export const unsafeCast = <T>(value: unknown): T => value as T
