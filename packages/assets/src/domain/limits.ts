/**
 * What the decoders let in and the tables have room for: one set of numbers, so that no row that was decoded is refused by
 * a column.
 */

/** Characters of an id. */
export const idLength = 64
/** Characters of a short label: gender, status. */
export const labelLength = 64
/** Characters of a country's name. */
export const countryLength = 128
/** Characters of a value that is masked; 16 bytes each at most, in a packet of 64 MiB. */
export const maskedLength = 4_000_000

/** An exact decimal with `scale` of its `precision` digits behind the point. */
export interface Precision {
  readonly precision: number
  readonly scale: number
}

/** Incomes and amounts. At most 15 digits, so that a store whose numbers are doubles keeps every one of them exactly. */
export const money: Precision = { precision: 14, scale: 2 }
