import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Arguments from "./Arguments.ts"
import { UsageError } from "./CliError.ts"
import { Output } from "./Output.ts"
import * as Pages from "./Pages.ts"
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
  const page = Pages.pages.find(({ name }) => name === command)
  if (page !== undefined) return yield* output.out(Help.page(page, output.outStyle))
  const below = Pages.pages.filter(({ name }) => name.startsWith(`${family} `))
  return yield* output.out(
    family === "" ? Help.overview(Pages.program, Pages.pages, output.outStyle) : Help.family(family, below, output.outStyle)
  )
})

/** What a first signal does to the command that the arguments name. */
export const stopping = (typed: ReadonlyArray<string>): string => {
  const { command } = Arguments.read(Arguments.takeLogLevel(typed).rest, vocabulary)
  if (command === Pages.sampleApiHelp.name) return "Stopping: the sample API is served no longer."
  return writing.has(command) ? "Stopping: what is running rolls back." : "Stopping."
}

/** The commands that change a store. */
const writing = new Set(
  [Pages.materializeHelp, Pages.retryHelp, Pages.checkHelp, Pages.eraseHelp, Pages.provisionHelp, Pages.runsPruneHelp].map(
    ({ name }) => name
  )
)

const vocabulary: Arguments.Vocabulary = {
  commands: new Map(Pages.pages.map(({ name, options }) => [name, options.map(([flag]) => flag)])),
  discreet: Pages.eraseHelp.name
}

const assetNames = Effect.map(
  Effect.promise(() => import("@sluice/assets/pipeline")),
  ({ pipeline }) => Either.match(pipeline, { onLeft: () => [], onRight: ({ names }) => names })
)
