import { relative } from "node:path"
import { shellWord } from "@sluice/core/command/shellWord"

/** A program and the arguments that come before a command's own. */
export interface Program {
  readonly file: string
  readonly args: ReadonlyArray<string>
}

/** The file and arguments that start this process again. */
export const program: Program = { file: process.execPath, args: process.argv.slice(1, 2) }

/** The words that start this program, unless its starter gives others in SLUICE_STARTED_AS. */
export const words = `node ${shellWord(relative(process.cwd(), process.argv[1] ?? ""))}`
