import type { Values } from "@sluice/core/command/CommandTable"
import * as Owner from "@sluice/core/run/Owner"
import { RunStore } from "@sluice/core/run/RunStore"
import { didYouMean } from "@sluice/core/suggest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import * as RunsText from "../render/RunsText.ts"
import type { runsList, runsLogs, runsPrune, runsShow } from "../tables/runs.ts"
import * as Retention from "../wiring/Retention.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"

const noRuns = "There are no runs yet. `sluice materialize --all` makes the first."

export const list = Effect.fn("assets.runs.list")(function* ({ json, limit }: Values<typeof runsList>) {
  const output = yield* Output
  const found = yield* fromHistory((store) => Effect.flatMap(store.runs(limit), Owner.markCrashed))
  if (json) return yield* output.out([RunsText.listJson(found)])
  yield* found.length === 0
    ? output.err([output.errStyle.worded(noRuns)])
    : output.out(RunsText.list(found, output.outStyle))
})

export const show = Effect.fn("assets.runs.show")(function* ({ json, run }: Values<typeof runsShow>) {
  const output = yield* Output
  const events = yield* fromHistory(eventsOf(run))
  yield* output.out(json ? [RunsText.json(events)] : RunsText.story(events, output.outStyle))
})

export const logs = Effect.fn("assets.runs.logs")(function* ({ json, run }: Values<typeof runsLogs>) {
  const output = yield* Output
  const events = yield* fromHistory(eventsOf(run))
  yield* output.out(json ? events.map((event) => JSON.stringify(event)) : RunsText.log(events, output.outStyle))
})

export const prune = Effect.fn("assets.runs.prune")(function* ({ keep, olderThan }: Values<typeof runsPrune>) {
  const output = yield* Output
  const settings = yield* Settings.load
  const asked = keep !== undefined || olderThan !== undefined
  const limits = asked ? { keep: keep ?? 0, age: olderThan ?? 0 } : Retention.fromSettings(settings)
  const removed = yield* Effect.provide(Retention.prune(limits), Stores.writableHistory(settings))
  yield* output.out([RunsText.pruned(removed, output.outStyle)])
})

/** Returns the events of the named run, or of the last one. */
const eventsOf = (named: string | undefined) =>
  Effect.fnUntraced(function* (store: typeof RunStore.Service) {
    if (named !== undefined) {
      const found = yield* store.events(named)
      if (found.length > 0) return found
    }
    const recent = (yield* store.runs(1_000)).map(({ runId }) => runId)
    const [last] = recent
    if (last === undefined) return yield* new UsageError({ detail: noRuns })
    if (named === undefined) return yield* store.events(last)
    return yield* new UsageError({
      detail: `There is no run "${named}".${didYouMean(named, recent, 1)} \`sluice runs list\` shows the runs there are.`
    })
  })

const fromHistory = <A, E, R>(read: (store: typeof RunStore.Service) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Settings.load, (settings) =>
    Effect.provide(Effect.flatMap(RunStore, read), Layer.merge(Stores.history(settings), ThisProcess.layer))
  )
