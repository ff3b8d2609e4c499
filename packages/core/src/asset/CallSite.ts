/** A place in the code that runs, which is not the source where code was bundled or transformed. */
export interface CallSite {
  /** As the loader of the code names it: a path or a `file:` URL; Node's own modules begin with `node:`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}
