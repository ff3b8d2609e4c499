import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { didYouMean } from "@sluice/core/internal/suggest"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { runsListHelp, runsLogsHelp, runsPruneHelp, runsShowHelp } from "../Pages.ts"
import * as RunsText from "../render/RunsText.ts"
import * as Retention from "../wiring/Retention.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import { duration, wholeNumber } from "./NamedOptions.ts"

const json = Options.boolean("json").pipe(Options.withDescription("as one JSON object"))

const listOptions = {
  json,
  limit: wholeNumber("limit", 1, 100_000).pipe(
    Options.withDefault(20),
    Options.withDescription("how many, the newest first")
  )
}

const noRuns = "There are no runs yet. `pnpm assets materialize --all` makes the first."

const run = Args.optional(Args.text({ name: "run" })).pipe(Args.withDescription("the run's name; the last run without it"))

const list = Command.make(
  "list",
  listOptions,
  Effect.fn("assets.runs.list")(function* ({ json, limit }) {
    const output = yield* Output
    const found = yield* fromHistory((store) => store.runs(limit))
    if (json) return yield* output.out([RunsText.listJson(found)])
    yield* found.length === 0 ? output.err([noRuns]) : output.out(RunsText.list(found, output.outStyle))
  })
).pipe(Command.withDescription(runsListHelp.summary))

const show = Command.make(
  "show",
  { run, json },
  Effect.fn("assets.runs.show")(function* ({ json, run }) {
    const output = yield* Output
    const events = yield* fromHistory(eventsOf(run))
    yield* output.out(json ? [RunsText.json(events)] : RunsText.story(events, output.outStyle))
  })
).pipe(Command.withDescription(runsShowHelp.summary))

const logs = Command.make(
  "logs",
  { run, json: Options.boolean("json").pipe(Options.withDescription("each event as it is stored, as a JSON line")) },
  Effect.fn("assets.runs.logs")(function* ({ json, run }) {
    const output = yield* Output
    const events = yield* fromHistory(eventsOf(run))
    yield* output.out(json ? events.map((event) => JSON.stringify(event)) : RunsText.log(events, output.outStyle))
  })
).pipe(Command.withDescription(runsLogsHelp.summary))

const prune = Command.make(
  "prune",
  {
    keep: wholeNumber("keep", 0, 1_000_000_000).pipe(Options.optional, Options.withDescription("keep the newest")),
    olderThan: duration("older-than").pipe(Options.optional, Options.withDescription("forget only what is older"))
  },
  Effect.fn("assets.runs.prune")(function* ({ keep, olderThan }) {
    const output = yield* Output
    const settings = yield* Settings.load
    const asked = Option.isSome(keep) || Option.isSome(olderThan)
    const limits = asked
      ? { keep: Option.getOrElse(keep, () => 0), age: Option.getOrElse(olderThan, () => 0) }
      : Retention.fromSettings(settings)
    const removed = yield* Effect.provide(Retention.prune(limits), Stores.writableHistory(settings))
    yield* output.out([RunsText.pruned(removed, output.outStyle)])
  })
).pipe(Command.withDescription(runsPruneHelp.summary))

export const runs = Command.make("runs").pipe(
  Command.withDescription("Shows the runs that the store has recorded"),
  Command.withSubcommands([list, show, logs, prune])
)

/** The events of a run by its name, or of the last one. */
const eventsOf = (named: Option.Option<string>) =>
  Effect.fnUntraced(function* (store: typeof RunStore.Service) {
    if (Option.isSome(named)) {
      const found = yield* store.events(named.value)
      if (found.length > 0) return found
    }
    const recent = (yield* store.runs(1_000)).map(({ runId }) => runId)
    const [last] = recent
    if (last === undefined) return yield* new UsageError({ detail: noRuns })
    if (Option.isNone(named)) return yield* store.events(last)
    return yield* new UsageError({
      detail: `There is no run "${named.value}".${didYouMean(named.value, recent, 1)} \`pnpm assets runs list\` shows the runs there are.`
    })
  })

const fromHistory = <A, E, R>(read: (store: typeof RunStore.Service) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Settings.load, (settings) => Effect.provide(Effect.flatMap(RunStore, read), Stores.history(settings)))
