/** What a rotation of a store's keys did. */
export interface Rotated {
  /** How many erased people stay suppressed. */
  readonly suppressed: number
  /** Whether the keys are sealed with a secret that is kept outside of the store. */
  readonly sealed: boolean
}
