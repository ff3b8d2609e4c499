/** The words of one command line, sorted into the arguments and options of a table. */
export interface Typed {
  readonly arguments: ReadonlyArray<string>
  /** The values of each option that was typed, by the option's name. An option without a value has `true`. */
  readonly options: ReadonlyMap<string, ReadonlyArray<string>>
}
