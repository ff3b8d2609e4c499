/** The limits of the decoders and of the tables' columns: one set of numbers, so that no column refuses a decoded row. */

/** Characters of an id. */
export const idLength = 64
/** Characters of a short label: gender, status. */
export const labelLength = 64
/** Characters of a country's name. */
export const countryLength = 128
/** Characters of a masked value. At 16 bytes each, it fits a packet of 64 MiB. */
export const maskedLength = 4_000_000

/** An exact decimal with `scale` of its `precision` digits behind the point. */
export interface Precision {
  readonly precision: number
  readonly scale: number
}

/** Incomes and amounts. At most 15 digits, so that a store with numbers as doubles keeps them exactly. */
export const money: Precision = { precision: 14, scale: 2 }
