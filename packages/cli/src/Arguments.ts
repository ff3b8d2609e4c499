import type { CommandTable } from "@sluice/core/command/CommandTable"
import type { Flag } from "@sluice/core/command/Flag"
import type { Typed } from "@sluice/core/command/Typed"
import { didYouMean, suggest } from "@sluice/core/suggest"
import * as Either from "effect/Either"
import * as CommandHelp from "./render/CommandHelp.ts"
import * as GlobalOptions from "./tables/GlobalOptions.ts"

/** A parsed command line. */
export interface CommandLine {
  /** The name of the command; empty if no command is named. */
  readonly command: string
  /** The first word of several commands, such as `runs`, if no valid second word follows. Empty otherwise. */
  readonly family: string
  readonly asksForHelp: boolean
  /** The typed arguments and options, or what is wrong with the words. */
  readonly typed: Either.Either<Typed, string>
}

/**
 * Parses a command line. The parsers of options read their values later. `assets` are names that are recognized in the place of
 * a command.
 */
export const read = (
  args: ReadonlyArray<string>,
  tables: ReadonlyArray<CommandTable>,
  assets: ReadonlyArray<string> = []
): CommandLine => {
  const end = args.includes("--") ? args.indexOf("--") : args.length
  const own = args.slice(0, end)
  const words = own.filter((arg, at) => !isOption(arg) && !takesValue(GlobalOptions.all, own[at - 1] ?? ""))
  const [first = "", second = ""] = words
  const table = tables.find(({ name }) => name === first || name === `${first} ${second}`)
  const line = {
    command: table?.name ?? "",
    family: table === undefined && tables.some(({ name }) => name.startsWith(`${first} `)) ? first : "",
    asksForHelp: own.includes("--help") || own.includes("-h") || args.length === 0
  }
  if (table !== undefined || first === "") return { ...line, typed: sort(own, args.slice(end + 1), table) }
  const secret = tables.find((each) => isSecret(each) && own.includes(each.name))
  const problem =
    secret === undefined
      ? unknownCommand({ first, second, args, names: tables.map(({ name }) => name), assets })
      : `Name the command first: \`sluice ${secret.name} …\`.${help(secret)}`
  return { ...line, typed: Either.left(problem) }
}

/** Sorts the words of a command into its arguments and options. Words after `--` are arguments. */
const sort = (
  own: ReadonlyArray<string>,
  rest: ReadonlyArray<string>,
  table: CommandTable | undefined
): Either.Either<Typed, string> => {
  const flags = [...Object.values(table?.options ?? {}), ...GlobalOptions.all]
  const words: Array<string> = []
  const options = new Map<string, ReadonlyArray<string>>()
  for (let at = 0; at < own.length; at++) {
    const arg = own[at] ?? ""
    const flag = flagOf(flags, arg)
    if (flag === undefined) {
      if (isOption(arg)) return Either.left(unknownOption(nameOf(arg), flags, table))
      words.push(arg)
      continue
    }
    const before = options.get(flag.name) ?? []
    if (before.length > 0 && !flag.repeatable) {
      return Either.left(`--${flag.name} is given twice. Give it once.${help(table)}`)
    }
    const inline = arg.includes("=") ? arg.slice(arg.indexOf("=") + 1) : undefined
    const next = takesValue(flags, arg) ? own[++at] : "true"
    const value = inline ?? (next !== undefined && isOption(next) && flagOf(flags, next) !== undefined ? "" : (next ?? ""))
    if (value === "") return Either.left(`--${flag.name} needs a value: ${CommandHelp.withValue(flag)}.${help(table)}`)
    options.set(flag.name, [...before, value])
  }
  return Either.right({ arguments: [...words.slice(table?.name.split(" ").length), ...rest], options })
}

const isOption = (arg: string): boolean => /^--?[A-Za-z]\S*$/.test(arg)

/** `--limit` of `--limit` and of `--limit=3`. */
const nameOf = (arg: string): string => arg.split("=", 1)[0] ?? ""

/** The option that a word names. A lone `-` is `--stdin`, if the command has that option. */
const flagOf = (flags: ReadonlyArray<Flag<unknown>>, arg: string): Flag<unknown> | undefined => {
  const name = { "-": "--stdin", "-h": "--help" }[arg] ?? nameOf(arg)
  return flags.find((flag) => `--${flag.name}` === name)
}

/** Whether a word is an option whose value is the next word. */
const takesValue = (flags: ReadonlyArray<Flag<unknown>>, arg: string): boolean =>
  !arg.includes("=") && flagOf(flags, arg)?.takes !== undefined

/** Whether an argument of the command names a person. No message repeats an unknown word of such a command line. */
const isSecret = (table: CommandTable): boolean => Object.values(table.arguments).some(({ secret }) => secret)

const unknownCommand = ({
  args,
  assets,
  first,
  names,
  second
}: {
  readonly first: string
  readonly second: string
  readonly args: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
  readonly assets: ReadonlyArray<string>
}): string => {
  const below = names.flatMap((name) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))
  if (below.length > 0) {
    const either = below.map((name) => `\`sluice ${first} ${name}\``).join(" or ")
    if (second === "") return `Choose a command: ${either}.`
    const [near] = suggest(second, below, 1)
    return `There is no command "${first} ${second}". ${near === undefined ? `There is ${either}.` : `Did you mean \`sluice ${first} ${near}\`?`}`
  }
  if (assets.includes(first)) {
    return `"${first}" is an asset, not a command. Did you mean \`sluice materialize ${args.join(" ")}\`?`
  }
  const [command] = suggest(first, new Set(names.map((name) => name.split(" ")[0] ?? "")), 1)
  const [asset] = suggest(first, assets, 1)
  const meant = command ?? (asset === undefined ? undefined : `materialize ${asset}`)
  return meant === undefined
    ? `There is no command "${first}". \`sluice --help\` shows every command.`
    : `There is no command "${first}". Did you mean \`sluice ${meant}\`?`
}

/** Renamed options, by their old names. */
const renamed: ReadonlyMap<string, string> = new Map([["--allow-empty-data", "--allow-fewer-rows"]])

const unknownOption = (name: string, flags: ReadonlyArray<Flag<unknown>>, table: CommandTable | undefined): string => {
  // An id may begin with a dash.
  if (table !== undefined && isSecret(table)) {
    return `That is not an option of ${table.name}. An id that begins with - is read from standard input: \`sluice ${table.name} -\`.`
  }
  const now = renamed.get(name)
  if (now !== undefined && flagOf(flags, now) !== undefined) return `${name} is called ${now} now.`
  const meant = didYouMean(
    name,
    flags.map((flag) => `--${flag.name}`)
  )
  return `"${name}" is not an option of ${table?.name ?? "this program"}.${meant === "" ? help(table) : meant}`
}

const help = (table: CommandTable | undefined): string =>
  ` \`${["sluice", ...(table === undefined ? [] : [table.name]), "--help"].join(" ")}\` shows its options.`
