/** The result of a rotation of a store's keys. */
export interface Rotated {
  /** The number of erased people who stay suppressed. */
  readonly suppressed: number
  /** Whether a secret outside of the store seals the keys. */
  readonly sealed: boolean
}
