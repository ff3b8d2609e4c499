import type { Argument } from "@sluice/core/command/Argument"
import type { CommandTable } from "@sluice/core/command/CommandTable"
import type { Flag } from "@sluice/core/command/Flag"
import * as GlobalOptions from "../tables/GlobalOptions.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** The help of the program, without its commands. */
export interface Program extends Pick<CommandTable, "summary" | "examples"> {}

type Rows = ReadonlyArray<readonly [left: string, right: string]>

/** The help of one command. */
export const command = (table: CommandTable, style: Style): ReadonlyArray<string> => [
  ...Layout.wrap(`${table.summary}.`, style.columns),
  "",
  ...usageLine(usage(table), style),
  ...section("Arguments", argumentRows(table), style),
  ...section("Options", optionRows(table), style),
  ...section("Examples", exampleRows(table.examples, style), style)
]

/** The help of the program, one line per command. */
export const program = (
  { examples, summary }: Program,
  tables: ReadonlyArray<CommandTable>,
  style: Style
): ReadonlyArray<string> => [
  ...Layout.wrap(`${summary}.`, style.columns),
  "",
  ...usageLine("COMMAND", style),
  ...section("Examples", exampleRows(examples, style), style),
  ...section("Commands", commandRows(tables), style),
  ...section("Options", GlobalOptions.all.map(optionRow), style),
  "",
  style.dim(`\`${style.program} COMMAND --help\` explains one command.`)
]

/** The help of the commands that begin with one word: one line and one example each. */
export const family = (word: string, tables: ReadonlyArray<CommandTable>, style: Style): ReadonlyArray<string> => [
  ...usageLine(`${word} COMMAND`, style),
  ...section("Commands", commandRows(tables), style),
  ...section(
    "Examples",
    exampleRows(
      tables.flatMap(({ examples }) => examples.slice(0, 1)),
      style
    ),
    style
  ),
  "",
  style.dim(`\`${style.program} ${word} COMMAND --help\` explains one command.`)
]

/** The usage of a command: `runs list [--limit N] [--json]`. More than four options are shown as `[OPTIONS]`. */
export const usage = ({ arguments: args, name, options }: CommandTable): string => {
  const flags = Object.values(options)
  const optionParts = flags.length > mostInUsage ? ["[OPTIONS]"] : flags.map((flag) => `[${withValue(flag)}]`)
  return [name, ...Object.values(args).map(argumentUsage), ...optionParts].join(" ")
}

const mostInUsage = 4

/** Each argument of a command, and what it means. */
export const argumentRows = ({ arguments: args }: CommandTable): Rows =>
  Object.values(args).map(({ meaning, name }) => [name, meaning])

/** Each option of a command, and what it does. */
export const optionRows = ({ options }: CommandTable): Rows => Object.values(options).map(optionRow)

const optionRow = (flag: Flag<unknown>): readonly [string, string] => {
  const { meaning, otherwise, repeatable, words } = flag
  const shown = `${withValue(flag)}${repeatable ? "…" : ""}`
  if (words.length === 0) return [shown, otherwise === undefined ? meaning : `${meaning}; default ${otherwise}`]
  const choices = words.map((word) => (word === otherwise ? `${word} (default)` : word))
  return [shown, `${meaning}: ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`]
}

/** `--limit N`. */
export const withValue = ({ name, takes }: Flag<unknown>): string =>
  takes === undefined ? `--${name}` : `--${name} ${takes}`

const argumentUsage = ({ count, name }: Argument<unknown>): string => {
  if (count === "required") return name
  return count === "repeated" ? `[${name}…]` : `[${name}]`
}

const usageLine = (text: string, style: Style) =>
  Layout.hang(`${style.bold("Usage")}  ${style.program} `, text, style.columns)

const commandRows = (tables: ReadonlyArray<CommandTable>): Rows => tables.map(({ name, summary }) => [name, summary])

const exampleRows = (examples: CommandTable["examples"], { program }: Style): Rows =>
  examples.map(([line, meaning]) => [`${program} ${line}`, meaning])

const section = (title: string, rows: Rows, style: Style): ReadonlyArray<string> =>
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
