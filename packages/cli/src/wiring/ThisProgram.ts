/** A program and the arguments that come before a command's own. */
export interface Program {
  readonly file: string
  readonly args: ReadonlyArray<string>
}

/** What this process was started as, to be started again. */
export const program: Program = { file: process.execPath, args: process.argv.slice(1, 2) }
