import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Arguments from "./Arguments.ts"
import { UsageError } from "./CliError.ts"
import { Output } from "./Output.ts"
import { eraseHelp, pages, program } from "./Pages.ts"
import * as Help from "./render/Help.ts"

/** What `--log-level` takes. */
const levels = new Map(LogLevel.allLevels.map((level) => [level.label.toLowerCase(), level]))

/**
 * Runs the command that the arguments name (those after the program's own name). Usage errors are `UsageError`s like those
 * of the commands themselves. Help is told without loading any command.
 */
export const run = Effect.fn("Cli.run")(function* (typed: ReadonlyArray<string>) {
  const { level: word = "info", rest } = Arguments.takeLogLevel(typed)
  const level = levels.get(word === "warning" ? "warn" : word.toLowerCase())
  if (level === undefined) {
    return yield* new UsageError({ detail: `--log-level must be one of ${[...levels.keys()].join(", ")}.` })
  }
  return yield* Logger.withMinimumLogLevel(runCommand(rest), level)
})

const runCommand = Effect.fn("Cli.command")(function* (args: ReadonlyArray<string>) {
  const { asksForHelp, command, family } = Arguments.read(args, vocabulary)
  if (asksForHelp) return yield* help(command, family)
  // No command of that name: assets may be meant.
  const problem = Arguments.problem(args, { ...vocabulary, assets: command === "" ? yield* assetNames : [] })
  if (problem !== undefined) return yield* new UsageError({ detail: problem })
  const Commands = yield* Effect.promise(() => import("./Commands.ts"))
  return yield* Commands.run(command, Arguments.forParser(args, command, vocabulary))
})

const help = Effect.fnUntraced(function* (command: string, family: string) {
  const output = yield* Output
  const page = pages.find(({ name }) => name === command)
  if (page !== undefined) return yield* output.out(Help.page(page, output.outStyle))
  const below = pages.filter(({ name }) => name.startsWith(`${family} `))
  return yield* output.out(
    family === "" ? Help.overview(program, pages, output.outStyle) : Help.family(family, below, output.outStyle)
  )
})

const vocabulary: Arguments.Vocabulary = {
  commands: new Map(pages.map(({ name, options }) => [name, options.map(([flag]) => flag)])),
  discreet: eraseHelp.name
}

const assetNames = Effect.map(
  Effect.promise(() => import("@sluice/assets/pipeline")),
  ({ pipeline }) => Either.match(pipeline, { onLeft: () => [], onRight: ({ names }) => names })
)
