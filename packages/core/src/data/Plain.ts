import type { BrandTypeId } from "effect/Brand"

/**
 * Text or a number that stands for itself. Every `string` is plain text; an id, a time, a day, a decimal and a mask id are
 * not, so one of them in a column of plain text does not compile.
 */
export type Plain<A extends string | number> = A & { readonly [BrandTypeId]?: never }

/** Text, or a number, as one of several that the compiler keeps apart. Literals in the code need no conversion. */
export type Kept<A extends string | number, Kind extends string> = A & {
  readonly [BrandTypeId]?: { readonly [K in Kind]: K }
}
