import type { Values } from "@sluice/core/command/CommandTable"
import * as Owner from "@sluice/core/run/Owner"
import * as Planner from "@sluice/core/run/Planner"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import { didYouMean } from "@sluice/core/suggest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { RunFailed, UsageError } from "../CliError.ts"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as RunCommand from "../RunCommand.ts"
import * as BackfillsText from "../render/BackfillsText.ts"
import * as PlanText from "../render/PlanText.ts"
import type { backfillsCancel, backfillsList, backfillsResume, backfillsShow } from "../tables/backfill.ts"
import * as RunLayer from "../wiring/RunLayer.ts"
import * as Settings from "../wiring/Settings.ts"
import * as Stores from "../wiring/Stores.ts"
import * as ThisProcess from "../wiring/ThisProcess.ts"
import * as BackfillsSince from "./BackfillsSince.ts"
import * as Backfill from "./backfill.ts"
import { afterFailure, nextCommands } from "./materialize.ts"
import * as Run from "./RunArguments.ts"

const none = "There is no backfill yet. `sluice backfill ASSET --missing` makes the first."

export const list = Effect.fn("assets.backfills.list")(function* ({ json, limit }: Values<typeof backfillsList>) {
  const output = yield* Output
  const settings = yield* Settings.load
  const found = yield* Effect.gen(function* () {
    const store = yield* RunStore
    return yield* Owner.markCrashed(yield* store.runs(limit, { backfill: true }))
  }).pipe(Effect.provide(Layer.merge(Stores.history(settings), ThisProcess.layer)))
  if (json) return yield* output.out([BackfillsText.listJson(found)])
  yield* found.length === 0
    ? output.err([output.errStyle.worded(none)])
    : output.out(BackfillsText.list(found, output.outStyle))
})

export const show = Effect.fn("assets.backfills.show")(function* ({ json, run }: Values<typeof backfillsShow>) {
  const output = yield* Output
  const settings = yield* Settings.load
  const read = Effect.gen(function* () {
    const { runId } = yield* backfillOf(run)
    const events = yield* (yield* RunStore).events(runId)
    const [result = RunResult.empty] = yield* Owner.markCrashed([RunResult.fromEvents(events)])
    return { events, result, since: yield* BackfillsSince.of(runId) }
  })
  const shown = yield* Effect.provide(read, Layer.merge(Stores.history(settings), ThisProcess.layer))
  yield* output.out(json ? [BackfillsText.json(shown)] : BackfillsText.story(shown, output.outStyle))
})

/** The longest that `cancel` waits for the process of the backfill. */
const patience = Duration.seconds(10)

export const cancel = Effect.fn("assets.backfills.cancel")(function* ({ run }: Values<typeof backfillsCancel>) {
  const output = yield* Output
  const settings = yield* Settings.load
  yield* Stores.demand(settings, "history")
  const ended = yield* Effect.gen(function* () {
    const store = yield* RunStore
    const { runId, status } = yield* backfillOf(run)
    if (!(yield* store.requestCancel(runId))) {
      return yield* new UsageError({
        detail: `Backfill ${runId} is not running: it ${BackfillsText.ending[status]}. \`sluice backfills show ${runId}\` shows what it made.`
      })
    }
    yield* output.err([`Canceling backfill ${runId}.`])
    yield* Effect.repeat(isOver(runId, settings), { until: Boolean, schedule: Schedule.spaced("50 millis") }).pipe(
      Effect.timeoutFail({
        duration: patience,
        onTimeout: () =>
          new RunFailed({
            detail: `Backfill ${runId} has not ended within ${Duration.format(patience)}. Its process ends it as soon as it can. If the process has died on another machine, \`sluice backfills cancel ${runId}\` finds that out a minute after its death.`
          })
      })
    )
    return yield* backfillOf(runId)
  }).pipe(Effect.provide(Layer.merge(Stores.writableHistory(settings), ThisProcess.layer)))
  yield* output.out(BackfillsText.canceled(ended, output.outStyle))
})

/** Whether a run has concluded. Concludes it as canceled if its process has died. */
const isOver = Effect.fnUntraced(function* (runId: string, settings: Settings.Settings) {
  const run = (yield* (yield* RunStore).unfinished).find((each) => each.runId === runId)
  if (run === undefined) return true
  if (yield* Owner.isAlive(run)) return false
  yield* Output.err([`Its process (${run.owner.pid} on ${run.owner.host}) has died.`])
  yield* Effect.provide(RunCommand.cancelOrphan(run), Layer.merge(Stores.layer(settings), settings.configured.resources))
  return true
})

export const resume = Effect.fn("assets.backfills.resume")(function* ({
  allowFewerRows,
  allowSampleData,
  concurrency,
  failFast,
  json,
  newestFirst,
  run,
  showErrors,
  timeout
}: Values<typeof backfillsResume>) {
  const graph = yield* Pipeline.graph
  const settings = yield* Settings.load
  yield* Stores.demand(settings, "history")
  const { runId } = yield* Effect.provide(backfillOf(run), Stores.history(settings))
  const { created, showing } = yield* Run.begin(graph, { showErrors })
  const resumed = Effect.gen(function* () {
    yield* Run.prepare(created)
    const unfinished = yield* Effect.catchIf(Planner.unfinishedSteps(runId), BackfillsSince.isFinished, () => Effect.void)
    if (unfinished === undefined) return yield* Output.err([nothingLeft(runId)])
    const { first } = unfinished
    yield* Output.err([`Resuming backfill ${runId} (${PlanText.selection(first.selection)}).`])
    const plan = yield* Planner.retry(graph, unfinished, { newestFirst })
    if (plan.steps.length === 0) return yield* Output.err([nothingLeft(runId)])
    yield* Backfill.preview(plan, { concurrency, json: false })
    yield* RunCommand.execute({
      plan,
      settings,
      json,
      allowSampleData,
      options: {
        concurrency,
        failFast,
        tags: first.tags,
        retryOf: runId,
        ...(timeout === undefined ? {} : { timeout })
      },
      next: (result) =>
        result.status === "succeeded"
          ? nextCommands(graph, result, settings)
          : afterFailure(result, ["backfills resume", "backfills show"])
    })
  })
  yield* showing(Effect.provide(resumed, RunLayer.layer(settings, { allowFewerRows })))
})

const nothingLeft = (runId: string) => `Nothing is left of backfill ${runId}: everything in it is made.`

/** A named backfill, or the last one. Fails if there is none, or if the run is no backfill. */
const backfillOf = Effect.fnUntraced(function* (named: string | undefined) {
  const store = yield* RunStore
  const known = yield* store.runs(mostKnown, { backfill: true })
  const found = named === undefined ? known[0] : known.find(({ runId }) => runId === named)
  if (found !== undefined) return found
  if (named === undefined) return yield* new UsageError({ detail: none })
  const isRun = (yield* store.events(named, { from: 0, limit: 1 })).length > 0
  return yield* new UsageError({
    detail: isRun
      ? `Run ${named} is no backfill. \`sluice runs show ${named}\` shows it, and \`sluice retry ${named}\` retries it.`
      : `There is no backfill "${named}".${didYouMean(
          named,
          known.map(({ runId }) => runId)
        )} \`sluice backfills list\` shows the backfills.`
  })
})

/** More than a history keeps by default. */
const mostKnown = 100_000
