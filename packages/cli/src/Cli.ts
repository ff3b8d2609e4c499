import * as Flag from "@sluice/core/command/Flag"
import type { Typed } from "@sluice/core/command/Typed"
import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Arguments from "./Arguments.ts"
import { UsageError } from "./CliError.ts"
import * as Commands from "./Commands.ts"
import * as Examples from "./Examples.ts"
import { Output } from "./Output.ts"
import { Pipeline } from "./Pipeline.ts"
import * as CommandHelp from "./render/CommandHelp.ts"
import * as Completions from "./render/Completions.ts"
import type { Style } from "./render/Style.ts"
import * as GlobalOptions from "./tables/GlobalOptions.ts"
import * as DotEnv from "./wiring/DotEnv.ts"

const version = "0.1.0"

/**
 * Runs the command that the arguments name. `args` are the words after the program's name. Usage errors are `UsageError`s, as
 * in the commands. Help and completions come from the tables, without loading any command.
 */
export const run = Effect.fn("Cli.run")(function* (args: ReadonlyArray<string>) {
  const definitions = yield* Pipeline
  const tables = Commands.tables(definitions)
  const shared = tables.find(({ name }, i) => tables.findIndex((table) => table.name === name) < i)
  if (shared !== undefined) {
    return yield* new UsageError({ detail: `Two commands are called "${shared.name}". Rename that of the pipeline.` })
  }
  const line = Arguments.read(args, tables)
  if (line.asksForHelp) return yield* help(line)
  const { typed } = line.command === "" ? Arguments.read(args, tables, assetNames(definitions)) : line
  if (Either.isLeft(typed)) return yield* new UsageError({ detail: typed.left })
  yield* understood(Flag.read(GlobalOptions.module, typed.right), line.command)
  const level = yield* understood(Flag.read(GlobalOptions.logLevel, typed.right), line.command)
  return yield* Logger.withMinimumLogLevel(runCommand(line.command, typed.right), level)
})

const runCommand = Effect.fn("Cli.command")(function* (name: string, typed: Typed) {
  const output = yield* Output
  const commands = Commands.of(yield* Pipeline)
  const shell = yield* understood(Flag.read(GlobalOptions.completions, typed), name)
  if (shell !== undefined)
    return yield* output.out(
      Completions.lines(
        shell,
        commands.map(({ table }) => table),
        completedName(output.outStyle)
      )
    )
  if (yield* understood(Flag.read(GlobalOptions.version, typed), name)) return yield* output.out([version])
  const command = commands.find(({ table }) => table.name === name)
  if (command === undefined) return yield* new UsageError({ detail: "Name a command. `sluice --help` shows every command." })
  const effect = yield* understood(command.run(typed), name)
  const NodeFileSystem = yield* Effect.promise(() => import("@effect/platform-node/NodeFileSystem"))
  const path = yield* understood(Flag.read(GlobalOptions.envFile, typed), name)
  yield* Effect.provide(path === undefined ? effect : withEnvFile(effect, path), NodeFileSystem.layer)
})

/** The word that a shell completes: `sluice` in `npx sluice --module FILE`. */
const completedName = ({ program }: Style) => program.split(" ")[1] ?? program

const withEnvFile = <A, E, R>(effect: Effect.Effect<A, E, R>, path: string) =>
  Effect.provideService(effect, DotEnv.File, { path, required: true })

/** Fails if a value is wrong. The error names the command's help. */
const understood = <A>(value: Either.Either<A, string>, command: string): Effect.Effect<A, UsageError> =>
  Effect.mapError(value, (problem) => {
    const help = ["sluice", command, "--help"].filter((word) => word !== "").join(" ")
    return new UsageError({ detail: `${problem}\n\`${help}\` shows how.` })
  })

const help = Effect.fnUntraced(function* ({ command, family }: Arguments.CommandLine) {
  const output = yield* Output
  const definitions = yield* Pipeline
  const tables = Commands.tables(definitions)
  const table = tables.find(({ name }) => name === command)
  if (table !== undefined) return yield* output.out(CommandHelp.command(table, output.outStyle))
  const below = tables.filter(({ name }) => name.startsWith(`${family} `))
  return yield* output.out(
    family === ""
      ? CommandHelp.program(programOf(definitions), tables, output.outStyle)
      : CommandHelp.family(family, below, output.outStyle)
  )
})

const programOf = (definitions: Definitions.Any): CommandHelp.Program => {
  const { description, name } = definitions
  return {
    summary: `Sluice: ${description ?? `the pipeline ${name}`}`,
    examples: [
      ["materialize --all", "a whole run"],
      [`query "select * from ${Examples.namesOf(definitions).view}" --as analyst`, "a look at the result"]
    ]
  }
}

/** The effect of the first signal on the command that the arguments name. */
export const stopping = (definitions: Definitions.Any, args: ReadonlyArray<string>): string => {
  const tables = Commands.tables(definitions)
  const { command } = Arguments.read(args, tables)
  const means = tables.find(({ name }) => name === command)?.stopping
  return means === undefined ? "Stopping." : `Stopping: ${means}.`
}

/** Whether the arguments ask for traces of errors. */
export const isDebugging = (definitions: Definitions.Any, args: ReadonlyArray<string>): boolean =>
  Option.exists(typedIn(definitions, args, GlobalOptions.logLevel), LogLevel.lessThanEqual(LogLevel.Debug))

/** The file of settings that the arguments name. */
export const envFile = (definitions: Definitions.Any, args: ReadonlyArray<string>): string | undefined =>
  Option.getOrUndefined(typedIn(definitions, args, GlobalOptions.envFile))

/** The value of a global option. None if the arguments cannot be parsed. */
const typedIn = <A>(definitions: Definitions.Any, args: ReadonlyArray<string>, flag: Flag.Flag<A>): Option.Option<A> =>
  Option.getRight(
    Either.flatMap(Arguments.read(args, Commands.tables(definitions)).typed, (typed) => Flag.read(flag, typed))
  )

const assetNames = ({ sealed }: Definitions.Any): ReadonlyArray<string> =>
  Either.match(sealed, { onLeft: () => [], onRight: ({ graph }) => graph.names })
