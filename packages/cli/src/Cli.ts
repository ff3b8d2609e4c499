import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import { pipeline } from "@sluice/assets/pipeline"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Arguments from "./Arguments.ts"
import { UsageError } from "./CliError.ts"
import { asset, assetHelp } from "./commands/asset.ts"
import { check, checkHelp } from "./commands/check.ts"
import { erase, eraseHelp } from "./commands/erase.ts"
import { graph, graphHelp } from "./commands/graph.ts"
import { list, listHelp } from "./commands/list.ts"
import { materialize, materializeHelp } from "./commands/materialize.ts"
import { plan, planHelp } from "./commands/plan.ts"
import { privacyCanary, privacyCanaryHelp } from "./commands/privacyCanary.ts"
import { privacyReport, privacyReportHelp } from "./commands/privacyReport.ts"
import { provision, provisionHelp } from "./commands/provision.ts"
import { query, queryHelp } from "./commands/query.ts"
import { retry, retryHelp } from "./commands/retry.ts"
import { runs, runsListHelp, runsLogsHelp, runsPruneHelp, runsShowHelp } from "./commands/runs.ts"
import { sampleApi, sampleApiHelp } from "./commands/sampleApi.ts"
import { validate, validateHelp } from "./commands/validate.ts"
import { Output } from "./Output.ts"
import * as Help from "./render/Help.ts"
import * as Layout from "./render/Layout.ts"

const version = "0.1.0"

/** What `--log-level` takes. */
const levels = new Map(LogLevel.allLevels.map((level) => [level.label.toLowerCase(), level]))

/**
 * Runs the command that the arguments name (those after the program's own name). Usage errors are `UsageError`s like those
 * of the commands themselves; the parser's own printing of them is kept quiet.
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
  const output = yield* Output
  const { problem, command, family, asksForHelp } = Arguments.read(args, vocabulary)
  if (asksForHelp) {
    const page = pages.find(({ name }) => name === command)
    if (page !== undefined) return yield* output.out(Help.page(page, output.outStyle))
    const below = pages.filter(({ name }) => name.startsWith(`${family} `))
    return yield* output.out(
      family === "" ? Help.overview(program, pages, output.outStyle) : Help.family(family, below, output.outStyle)
    )
  }
  if (problem !== undefined) return yield* new UsageError({ detail: problem })
  const console = yield* Console.consoleWith(Effect.succeed)
  const parse = Command.run(assets, { name: "Sluice", version })
  return yield* parse(["node", "assets", ...Arguments.forParser(args, command, vocabulary)]).pipe(
    Effect.withConsole({
      ...console,
      log: (text: string) => output.out([Layout.undecorated(text).replace(/\s+$/, "")]),
      error: () => Effect.void
    }),
    Effect.catchIf(ValidationError.isValidationError, ({ error }) => new UsageError({ detail: wordsOf(error, command) }))
  )
})

/** What a first signal does to the command that the arguments name. */
export const stopping = (typed: ReadonlyArray<string>): string => {
  const { command } = Arguments.read(Arguments.takeLogLevel(typed).rest, vocabulary)
  if (command === sampleApiHelp.name) return "Stopping: the sample API is served no longer."
  return writing.has(command) ? "Stopping: what is running rolls back." : "Stopping."
}

const program: Help.Page = {
  name: "",
  usage: "COMMAND",
  summary: "Sluice: users and messages from an API to tables that analysts can query, without personal data",
  options: Help.everywhere,
  examples: [
    ["materialize --all", "a whole run; needs no configuration"],
    [`query "select * from messages_per_day" --as analyst`, "a look at the result"]
  ]
}

const pages: ReadonlyArray<Help.Page> = [
  materializeHelp,
  retryHelp,
  planHelp,
  listHelp,
  assetHelp,
  graphHelp,
  checkHelp,
  queryHelp,
  runsListHelp,
  runsShowHelp,
  runsLogsHelp,
  runsPruneHelp,
  privacyCanaryHelp,
  privacyReportHelp,
  eraseHelp,
  validateHelp,
  provisionHelp,
  sampleApiHelp
]

const privacy = Command.make("privacy").pipe(
  Command.withDescription("Proves and reports what becomes of personal data"),
  Command.withSubcommands([privacyCanary, privacyReport])
)

const assets = Command.make("assets").pipe(
  Command.withDescription(program.summary),
  Command.withSubcommands([
    materialize,
    retry,
    plan,
    list,
    asset,
    graph,
    check,
    query,
    runs,
    privacy,
    erase,
    validate,
    provision,
    sampleApi
  ])
)

/** The commands that change a store. */
const writing = new Set(
  [materializeHelp, retryHelp, checkHelp, eraseHelp, provisionHelp, runsPruneHelp].map(({ name }) => name)
)

const vocabulary: Arguments.Vocabulary = {
  commands: new Map(pages.map(({ name, options }) => [name, options.map(([flag]) => flag)])),
  assets: Either.match(pipeline, { onLeft: () => [], onRight: ({ names }) => names }),
  discreet: eraseHelp.name
}

/** What the parser has to say, and where to read more. It quotes arguments, so of one that names a person it has no say. */
const wordsOf = (error: HelpDoc.HelpDoc, command: string): string => {
  const said =
    command === eraseHelp.name
      ? "Give the id of one user, and no more than that; quote one that has blanks in it."
      : Layout.undecorated(HelpDoc.toAnsiText(error))
          .trim()
          .replace(/\s*\n\s*/g, " ")
  return `${said === "" ? "The arguments do not fit." : said}\n\`${["pnpm assets", command, "--help"].filter((part) => part !== "").join(" ")}\` shows how.`
}
