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
  `${command.summary}.`,
  "",
  `${style.bold("Usage")}  pnpm assets ${[command.name, command.usage].filter((part) => part !== "").join(" ")}`,
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

const commandLines = (examples: Page["examples"]): Page["options"] =>
  examples.map(([command, meaning]) => [`pnpm assets ${command}`, meaning])

const section = (title: string, rows: Page["options"], style: Style): ReadonlyArray<string> =>
  rows.length === 0
    ? []
    : ["", style.bold(title), ...Layout.align(rows.map(([left, right]) => [`  ${style.cyan(left)}`, right]))]
