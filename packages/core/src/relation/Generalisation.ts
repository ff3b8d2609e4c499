/**
 * How the values of a column can be made coarser, so that more people share each of them. `setting` is what makes rows so, as
 * a report names it: `SHOP_AGE=band`.
 */
export type Generalisation = { readonly setting: string } & (
  | Multiples
  | Bands
  /** A value that fewer people have than the setting says becomes `other`. */
  | { readonly _tag: "Common"; readonly other: string }
)

/** A whole number becomes the greatest multiple of `width` that it reaches: a year its decade, with 10. */
export interface Multiples {
  readonly _tag: "Multiples"
  readonly width: number
}

/** A number becomes the greatest of the ascending `bounds` that it reaches, and `below` if it reaches none. */
export interface Bands {
  readonly _tag: "Bands"
  readonly bounds: ReadonlyArray<number>
  readonly below: number
}

/** What a number becomes. */
export const ofNumber = (generalisation: Multiples | Bands, value: number): number =>
  generalisation._tag === "Multiples"
    ? Math.floor(value / generalisation.width) * generalisation.width
    : (generalisation.bounds.findLast((bound) => bound <= value) ?? generalisation.below)
