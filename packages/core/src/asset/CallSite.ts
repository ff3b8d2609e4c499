/** A place in the running code. If the code was bundled or transformed, this is not the place in its source. */
export interface CallSite {
  /** The file as its loader names it: a path or a `file:` URL. Node's own modules begin with `node:`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}
