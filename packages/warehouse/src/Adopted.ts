/** What a pipeline took over from another. */
export interface Adopted {
  readonly relations: ReadonlyArray<string>
  /** The people that the other pipeline had erased, and this one keeps out too. */
  readonly suppressed: number
}
