import { relative } from "node:path"

/** A program and the arguments that come before a command's own. */
export interface Program {
  readonly file: string
  readonly args: ReadonlyArray<string>
}

/** What this process was started as, to be started again. */
export const program: Program = { file: process.execPath, args: process.argv.slice(1, 2) }

/** A word as a shell reads it. */
export const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** What to type for this program, if its starter does not say so in SLUICE_STARTED_AS. */
export const words = `node ${quoted(relative(process.cwd(), process.argv[1] ?? ""))}`
