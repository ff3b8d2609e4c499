import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "./CliError.ts"
import { Output } from "./Output.ts"
import * as Pages from "./Pages.ts"
import * as Layout from "./render/Layout.ts"
import * as NoPrompt from "./wiring/NoPrompt.ts"

const version = "0.1.0"

/**
 * Has the parser read the arguments, and runs the command that they name: the one called `command`, whose code is the only
 * one loaded; all are where it is empty, or completions are wanted, which are of all commands. The parser's own printing of
 * usage errors is kept quiet.
 */
export const run = Effect.fn("Commands.run")(
  function* (command: string, args: ReadonlyArray<string>) {
    const output = yield* Output
    const console = yield* Console.consoleWith(Effect.succeed)
    const some = yield* Effect.promise(() => load(args.includes("--completions") ? undefined : command.split(" ")[0]))
    const parse = Command.run(
      Command.make("assets").pipe(Command.withDescription(Pages.program.summary), Command.withSubcommands(some)),
      { name: "Sluice", version }
    )
    return yield* parse(["node", "assets", ...args]).pipe(
      Effect.withConsole({
        ...console,
        log: (text: string) => output.out([Layout.undecorated(text).replace(/\s+$/, "")]),
        error: () => Effect.void
      }),
      Effect.catchIf(ValidationError.isValidationError, ({ error }) => new UsageError({ detail: wordsOf(error, command) }))
    )
  },
  Effect.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NoPrompt.layer))
)

/** Each command by the word that it begins with. */
const commands = [
  ["materialize", async () => (await import("./commands/materialize.ts")).materialize],
  ["retry", async () => (await import("./commands/retry.ts")).retry],
  ["plan", async () => (await import("./commands/plan.ts")).plan],
  ["list", async () => (await import("./commands/list.ts")).list],
  ["asset", async () => (await import("./commands/asset.ts")).asset],
  ["graph", async () => (await import("./commands/graph.ts")).graph],
  ["check", async () => (await import("./commands/check.ts")).check],
  ["query", async () => (await import("./commands/query.ts")).query],
  ["runs", async () => (await import("./commands/runs.ts")).runs],
  ["privacy", async () => (await import("./commands/privacy.ts")).privacy],
  ["erase", async () => (await import("./commands/erase.ts")).erase],
  ["validate", async () => (await import("./commands/validate.ts")).validate],
  ["provision", async () => (await import("./commands/provision.ts")).provision],
  ["sample-api", async () => (await import("./commands/sampleApi.ts")).sampleApi]
] as const

/** One command by its first word, or all of them where there is none of that word. */
const load = async (word: string | undefined) => {
  const named = commands.find(([first]) => first === word)
  if (named !== undefined) return [await named[1]()] as const
  const [[, first], ...others] = commands
  return Promise.all([first(), ...others.map(([, loaded]) => loaded())])
}

/** What the parser has to say, and where to read more. It quotes arguments, so of one that names a person it has no say. */
const wordsOf = (error: HelpDoc.HelpDoc, command: string): string => {
  const said =
    command === Pages.eraseHelp.name
      ? "Give the id of one user, and no more than that; quote one that has blanks in it."
      : Layout.undecorated(HelpDoc.toAnsiText(error))
          .trim()
          .replace(/\s*\n\s*/g, " ")
  return `${said === "" ? "The arguments do not fit." : said}\n\`${["pnpm assets", command, "--help"].filter((part) => part !== "").join(" ")}\` shows how.`
}
