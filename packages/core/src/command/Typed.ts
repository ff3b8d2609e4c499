/** The words of one command line, sorted into arguments and options. */
export interface Typed {
  readonly arguments: ReadonlyArray<string>
  /** The values of each typed option, by its name. An option without a value has `true`. */
  readonly options: ReadonlyMap<string, ReadonlyArray<string>>
}
