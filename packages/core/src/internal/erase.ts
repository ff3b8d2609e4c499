/**
 * The one cast of this package. Each use states the type that the value has by construction and that the compiler cannot
 * follow: an asset with its default upstreams (`{}` for an omitted `Up`), a value kept in an untyped map by asset name, an event that is a
 * draft and its time, or a number that is the mask id of a kind.
 */
export const erase = <T>(value: unknown): T => value as T
