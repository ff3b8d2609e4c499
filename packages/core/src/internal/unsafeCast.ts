/**
 * The one cast of this package. Each use states the type that the value has by construction and that the compiler cannot
 * follow: an asset with its default upstreams (`{}` for an omitted `Up`), a value kept in an untyped map by asset name, an event that is a
 * draft and its time, text or a number that is the id of a kind, or text in the form of a time or a decimal.
 */
export const unsafeCast = <T>(value: unknown): T => value as T
