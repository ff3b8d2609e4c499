import type { BrandTypeId } from "effect/Brand"

/**
 * Plain text or a plain number. Every `string` is plain text. An id, a timestamp, a day, a decimal and a mask id are not, so
 * none of them compiles in a column of plain text.
 */
export type Plain<A extends string | number> = A & { readonly [BrandTypeId]?: never }

/** Text or a number of a type of its own, such as an id or a timestamp. Literals in code need no conversion. */
export type Kept<A extends string | number, Kind extends string> = A & {
  readonly [BrandTypeId]?: { readonly [K in Kind]: K }
}
