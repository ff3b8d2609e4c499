import { didYouMean, suggest } from "@sluice/core/internal/suggest"

/** What can be typed after `pnpm assets`. */
export interface Vocabulary {
  /** Options by command; `runs show` is a command of its own. */
  readonly commands: ReadonlyMap<string, ReadonlyArray<string>>
  readonly assets: ReadonlyArray<string>
}

/** What can be told of arguments by their words alone. */
export interface Reading {
  /** The command that is named; empty where there is none. */
  readonly command: string
  readonly asksForHelp: boolean
  /** What is wrong with the words, and what was probably meant; undefined where they are known. */
  readonly problem: string | undefined
}

/** Takes `--log-level LEVEL` out of the arguments, wherever it stands: the parser would know it in front only. */
export const takeLogLevel = (
  args: ReadonlyArray<string>
): { readonly level: string | undefined; readonly rest: ReadonlyArray<string> } => {
  const at = args.findIndex((arg) => arg === "--log-level" || arg.startsWith("--log-level="))
  if (at < 0 || args.slice(0, at).includes("--")) return { level: undefined, rest: args }
  const [, inline] = (args[at] ?? "").split("=")
  return inline === undefined
    ? { level: args[at + 1] ?? "", rest: args.filter((_, i) => i !== at && i !== at + 1) }
    : { level: inline, rest: args.filter((_, i) => i !== at) }
}

/** Reads the words of a command and its options. Values, and the number of arguments, are left to the parser. */
export const read = (args: ReadonlyArray<string>, vocabulary: Vocabulary): Reading => {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args
  const words = own.filter((arg, i) => !isOption(arg) && everywhere.get(own[i - 1] ?? "") !== true)
  const { commands } = vocabulary
  const [first = "", second = ""] = words
  const command = commands.has(first) ? first : commands.has(`${first} ${second}`) ? `${first} ${second}` : ""
  const asksForHelp = own.includes("--help") || own.includes("-h") || args.length === 0
  return { command, asksForHelp, problem: problemOf({ args, own, command, first, second }, vocabulary) }
}

/** Options that every command has, and whether a value follows. */
const everywhere: ReadonlyMap<string, boolean> = new Map([
  ["--help", false],
  ["-h", false],
  ["--version", false],
  ["--wizard", false],
  ["--completions", true]
])

const isOption = (arg: string): boolean => /^--?[A-Za-z]\S*$/.test(arg)

interface Words {
  readonly args: ReadonlyArray<string>
  readonly own: ReadonlyArray<string>
  readonly command: string
  readonly first: string
  readonly second: string
}

const problemOf = ({ args, own, command, first, second }: Words, { commands, assets }: Vocabulary): string | undefined => {
  if (command !== "" || first === "") return unknownOption(own, command, commands.get(command) ?? [])
  const below = [...commands.keys()].flatMap((name) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))
  if (below.length === 0) return unknownCommand(first, args, [...commands.keys()], assets)
  const either = below.map((name) => `\`pnpm assets ${first} ${name}\``).join(" or ")
  if (second === "") return `Say what to do with ${first}: ${either}.`
  const [near] = suggest(second, below, 1)
  return `There is no command "${first} ${second}". ${near === undefined ? `There is ${either}.` : `Did you mean \`pnpm assets ${first} ${near}\`?`}`
}

const unknownCommand = (
  word: string,
  args: ReadonlyArray<string>,
  commands: ReadonlyArray<string>,
  assets: ReadonlyArray<string>
): string => {
  if (assets.includes(word)) {
    return `"${word}" is an asset, not a command. Did you mean \`pnpm assets materialize ${args.join(" ")}\`?`
  }
  const [command] = suggest(word, new Set(commands.map((name) => name.split(" ")[0] ?? "")), 1)
  const [asset] = suggest(word, assets, 1)
  const meant = command ?? (asset === undefined ? undefined : `materialize ${asset}`)
  return meant === undefined
    ? `There is no command "${word}". \`pnpm assets --help\` shows every command.`
    : `There is no command "${word}". Did you mean \`pnpm assets ${meant}\`?`
}

const unknownOption = (args: ReadonlyArray<string>, command: string, options: ReadonlyArray<string>): string | undefined => {
  for (const arg of args) {
    const name = arg.split("=")[0] ?? ""
    if (!isOption(arg) || everywhere.has(name) || options.includes(name)) continue
    const meant = didYouMean(name, [...options, "--help", "--version", "--completions", "--log-level"])
    const where = command === "" ? "pnpm assets" : command
    const help = command === "" ? "pnpm assets --help" : `pnpm assets ${command} --help`
    return `"${name}" is not an option of ${where}.${meant === "" ? ` \`${help}\` shows its options.` : meant}`
  }
  return undefined
}
