import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** What there is to know of a command before typing it. */
export interface Page {
  /** As it is typed after `pnpm assets`; empty for the program itself. */
  readonly name: string
  /** What follows the name: `[ASSET…] [--all]`. */
  readonly usage: string
  /** One sentence, without a full stop. */
  readonly summary: string
  readonly options: ReadonlyArray<readonly [flag: string, meaning: string]>
  /** What can be typed after `pnpm assets`, and what it is good for. */
  readonly examples: ReadonlyArray<readonly [command: string, meaning: string]>
}

/** Options that every command has. */
export const everywhere: Page["options"] = [
  ["--help", "this"],
  ["--log-level LEVEL", "debug tells more, and where an error came from"],
  ["--completions SHELL", "completions for bash, fish or zsh, to be sourced"],
  ["--version", "which version this is"]
]

/** One command's page. */
export const page = (command: Page, style: Style): ReadonlyArray<string> => [
  ...Layout.wrap(`${command.summary}.`, style.columns),
  "",
  ...Layout.hang(`${style.bold("Usage")}  pnpm assets `, `${command.name} ${command.usage}`.trim(), style.columns),
  ...section("Options", command.options, style),
  ...section("Examples", commandLines(command.examples), style)
]

/** The program's own page: every command in a line. */
export const overview = (program: Page, commands: ReadonlyArray<Page>, style: Style): ReadonlyArray<string> => [
  ...page({ ...program, options: [] }, style),
  ...section(
    "Commands",
    commands.map(({ name, summary }) => [name, summary]),
    style
  ),
  ...section("Options", program.options, style),
  "",
  style.dim("`pnpm assets COMMAND --help` tells more of a command.")
]

/** The page of commands that begin with one word: each in a line, and their examples. */
export const family = (word: string, commands: ReadonlyArray<Page>, style: Style): ReadonlyArray<string> => [
  ...Layout.hang(`${style.bold("Usage")}  pnpm assets `, `${word} COMMAND`, style.columns),
  ...section(
    "Commands",
    commands.map(({ name, summary }) => [name, summary]),
    style
  ),
  ...section("Examples", commandLines(commands.flatMap(({ examples }) => examples.slice(0, 1))), style),
  "",
  style.dim(`\`pnpm assets ${word} COMMAND --help\` tells more of a command.`)
]

const commandLines = (examples: Page["examples"]): Page["options"] =>
  examples.map(([command, meaning]) => [`pnpm assets ${command}`, meaning])

const section = (title: string, rows: Page["options"], style: Style): ReadonlyArray<string> =>
  rows.length === 0
    ? []
    : [
        "",
        style.bold(title),
        ...Layout.table(
          rows.map(([left, right]) => [`  ${style.cyan(left)}`, right]),
          style.columns
        )
      ]
