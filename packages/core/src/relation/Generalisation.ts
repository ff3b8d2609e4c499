/**
 * A way to make the values of a column coarser, so that more people share each value. `setting` is the setting that applies it,
 * as a report names it: `SHOP_AGE=band`.
 */
export type Generalisation = { readonly setting: string } & (
  | Multiples
  | Bands
  /** A value that too few people have, according to the setting, becomes `other`. */
  | { readonly _tag: "Common"; readonly other: string }
)

/** A whole number becomes the greatest multiple of `width` up to it. With 10, a year becomes its decade. */
export interface Multiples {
  readonly _tag: "Multiples"
  readonly width: number
}

/** A number becomes the greatest of the ascending `bounds` up to it, and `below` if it is less than all. */
export interface Bands {
  readonly _tag: "Bands"
  readonly bounds: ReadonlyArray<number>
  readonly below: number
}

/** Returns the coarser value of a number. */
export const ofNumber = (generalisation: Multiples | Bands, value: number): number =>
  generalisation._tag === "Multiples"
    ? Math.floor(value / generalisation.width) * generalisation.width
    : (generalisation.bounds.findLast((bound) => bound <= value) ?? generalisation.below)
