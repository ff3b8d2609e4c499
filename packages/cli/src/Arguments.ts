import { didYouMean, suggest } from "@sluice/core/internal/suggest"

/** What can be typed after `pnpm assets`. */
export interface Vocabulary {
  /** Options by command; `runs show` is a command of its own. Each as help writes it: `--json`, `--limit N`, `--tag T…`. */
  readonly commands: ReadonlyMap<string, ReadonlyArray<string>>
  /** The command whose arguments name a person: of a line with its name, no word is repeated that is not known. */
  readonly discreet: string
}

/** What can be told of arguments by their words alone. */
export interface Reading {
  /** The command that is named; empty where there is none. */
  readonly command: string
  /** The first word of some commands, where no more of them is named: `runs`; empty elsewhere. */
  readonly family: string
  readonly asksForHelp: boolean
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

/** Reads which command is meant. */
export const read = (args: ReadonlyArray<string>, vocabulary: Vocabulary): Reading => {
  const { command, first, own } = wordsOf(args, vocabulary)
  const asksForHelp = own.includes("--help") || own.includes("-h") || args.length === 0
  const { commands } = vocabulary
  const family = command === "" && [...commands.keys()].some((name) => name.startsWith(`${first} `)) ? first : ""
  return { command, family, asksForHelp }
}

/**
 * What is wrong with the words of a command and its options, and what was probably meant; undefined where they are known.
 * Values, and the number of arguments, are left to the parser. `assets` tell where one stands in the place of a command.
 */
export const problem = (
  args: ReadonlyArray<string>,
  vocabulary: Vocabulary & { readonly assets: ReadonlyArray<string> }
): string | undefined => {
  const { command, first, own, second } = wordsOf(args, vocabulary)
  const { assets, commands, discreet } = vocabulary
  if (command !== "" || first === "") {
    const options = commands.get(command) ?? []
    return command === discreet ? discreetly(own, discreet, options) : optionProblem(own, command, options)
  }
  if (own.includes(discreet)) return `Name the command first: \`pnpm assets ${discreet} …\`.${help(discreet)}`
  const below = [...commands.keys()].flatMap((name) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))
  if (below.length === 0) return unknownCommand(first, args, [...commands.keys()], assets)
  const either = below.map((name) => `\`pnpm assets ${first} ${name}\``).join(" or ")
  if (second === "") return `Say what to do with ${first}: ${either}.`
  const [near] = suggest(second, below, 1)
  return `There is no command "${first} ${second}". ${near === undefined ? `There is ${either}.` : `Did you mean \`pnpm assets ${first} ${near}\`?`}`
}

/**
 * The arguments in words that the parser knows: `--tag=a=b` as `--tag a=b`, whose value it would cut, and a lone `-`, which
 * it takes for an option, as `--stdin` where the command has that.
 */
export const forParser = (args: ReadonlyArray<string>, command: string, { commands }: Vocabulary): ReadonlyArray<string> => {
  const known = [...(commands.get(command) ?? []), ...everywhere]
  const end = args.includes("--") ? args.indexOf("--") : args.length
  return args.flatMap((arg, at) => {
    if (arg === "-" && at < end && known.includes("--stdin")) return ["--stdin"]
    const name = nameOf(arg)
    const isInline = at < end && arg.startsWith(`${name}=`) && takesOf(known, name) !== undefined
    return isInline ? [name, arg.slice(name.length + 1)] : [arg]
  })
}

/** Options that every command has. */
const everywhere = ["--help", "-h", "--version", "--completions SHELL"]
const shells = ["bash", "fish", "sh", "zsh"]

const isOption = (arg: string): boolean => /^--?[A-Za-z]\S*$/.test(arg)

/** The arguments before `--`, and the command that their first words name, empty where they name none. */
const wordsOf = (args: ReadonlyArray<string>, { commands }: Vocabulary) => {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args
  const words = own.filter((arg, i) => !isOption(arg) && takesOf(everywhere, own[i - 1] ?? "") === undefined)
  const [first = "", second = ""] = words
  const command = commands.has(first) ? first : commands.has(`${first} ${second}`) ? `${first} ${second}` : ""
  return { own, first, second, command }
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

/** What is wrong with the first option that is unknown, has no value, or is there again. */
const optionProblem = (args: ReadonlyArray<string>, command: string, own: ReadonlyArray<string>): string | undefined => {
  const known = [...own, ...everywhere]
  const isKnown = (arg: string) => known.some((flag) => nameOf(flag) === nameOf(arg))
  const seen = new Set<string>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ""
    if (!isOption(arg)) continue
    const name = nameOf(arg)
    if (!isKnown(arg)) return unknownOption(name, command, own)
    const takes = takesOf(known, name)
    if (seen.has(name) && takes?.endsWith("…") !== true) return `${name} is given twice. Give it once.${help(command)}`
    seen.add(name)
    if (takes === undefined) continue
    const isInline = arg.includes("=")
    const value = isInline ? arg.slice(name.length + 1) : args[at + 1]
    if (value === undefined || value === "" || (!isInline && isOption(value) && isKnown(value))) {
      return `${name} needs a value: ${name} ${takes.replace("…", "")}.${help(command)}`
    }
    if (name === "--completions" && !shells.includes(value)) return `${name} must be one of ${shells.join(", ")}.`
    if (!isInline) at++
  }
  return undefined
}

/** Options by the names that they had. */
const renamed: ReadonlyMap<string, string> = new Map([["--allow-empty-data", "--allow-fewer-rows"]])

const unknownOption = (name: string, command: string, options: ReadonlyArray<string>): string => {
  const now = renamed.get(name)
  if (now !== undefined && options.includes(now)) return `${name} is called ${now} now.`
  const meant = didYouMean(name, [...options.map(nameOf), "--help", "--version", "--completions", "--log-level"])
  return `"${name}" is not an option of ${command === "" ? "pnpm assets" : command}.${meant === "" ? help(command) : meant}`
}

/** An id can begin like an option, so that one which is unknown is not repeated. */
const discreetly = (args: ReadonlyArray<string>, command: string, own: ReadonlyArray<string>): string | undefined => {
  const known = new Set([...own, ...everywhere].map(nameOf))
  return args.every((arg) => !isOption(arg) || known.has(nameOf(arg)))
    ? optionProblem(args, command, own)
    : `That is not an option of ${command}. An id that begins with - is read from standard input: \`pnpm assets ${command} -\`.`
}

const help = (command: string): string => ` \`pnpm assets ${command === "" ? "" : `${command} `}--help\` shows its options.`

/** `--limit` of `--limit N` and of `--limit=3`. */
const nameOf = (flag: string): string => flag.split(/[ =]/)[0] ?? ""

/** What follows an option of some; undefined for one that nothing follows. */
const takesOf = (flags: ReadonlyArray<string>, name: string): string | undefined =>
  flags.find((flag) => nameOf(flag) === name)?.split(" ")[1]
