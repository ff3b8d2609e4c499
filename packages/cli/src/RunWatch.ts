import * as Monotonic from "@sluice/core/Monotonic"
import type { Planned } from "@sluice/core/plan/Plan"
import * as Provenance from "@sluice/core/plan/Provenance"
import type { Observer } from "@sluice/core/run/EventFeed"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { type Materialization, materializationOf } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { Output } from "./Output.ts"
import type { RunEstimate } from "./RunEstimate.ts"
import * as Alongside from "./render/Alongside.ts"
import * as EventText from "./render/EventText.ts"
import * as Layout from "./render/Layout.ts"
import * as PartitionProgress from "./render/PartitionProgress.ts"
import * as Progress from "./render/Progress.ts"
import * as StandingText from "./render/StandingText.ts"

/**
 * Shows a run while it happens: live lines on a terminal. Elsewhere one line per event, and every few seconds one for each step that
 * makes partitions.
 */
export interface RunWatch {
  /** Each observer has its own pace: a slow reader of standard output does not hold up standard error. */
  readonly observers: ReadonlyArray<Observer>
  /** The result of the events so far. */
  readonly result: Effect.Effect<RunResult.RunResult>
  /** Why each asset was materialized, by its name. */
  readonly causes: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>>
}

export interface Options {
  readonly steps: ReadonlyArray<Planned>
  /** Whether every event is also a JSON line on standard output. */
  readonly json: boolean
  /** Whether to print no lines during the run. A terminal still shows live lines. */
  readonly quiet: boolean
  readonly estimate: RunEstimate
  /** The last materializations before the run, if it materializes only what has changed. */
  readonly before: ReadonlyMap<string, Materialization> | undefined
}

/** Watches one run. The live lines disappear when the scope closes. */
export const make = Effect.fn("RunWatch.make")(function* ({ before, estimate, json, quiet, steps }: Options) {
  const output = yield* Output
  const nameWidth = Math.max(0, ...steps.map(({ asset }) => asset.length))
  const tell = EventText.teller(nameWidth, output.errStyle)
  // In a file, an event is one line, so that it can be searched.
  const linesOf = ({ head, text }: EventText.Told) =>
    output.interactive ? Layout.table([[head, text]], output.errStyle.columns) : [EventText.joined({ head, text })]
  const upstreams = Alongside.upstreamsOf(steps)
  const causes = new Map<string, ReadonlyArray<string>>()
  let result = RunResult.empty
  /** The result so far, with each event at its time on the monotonic clock. */
  let drawn = RunResult.empty
  const redraw = Effect.flatMap(Monotonic.millis, (now) =>
    drawn.runId === "" ? Effect.void : output.live(Progress.lines(drawn, { now, estimate, upstreams }, output.errStyle))
  )
  const isTold = (event: RunEvent) => !quiet && (isFailure(event) || (!output.interactive && !isToldInTheEnd(event)))

  if (output.interactive) {
    yield* Effect.forkScoped(Effect.repeat(redraw, Schedule.spaced("100 millis")))
    yield* Effect.addFinalizer(() => output.live([]))
  }
  const isCut = steps.some(({ partitionCount }) => partitionCount !== undefined)
  /** The partitions that were made when the last lines were written. */
  let reported = new Map<string, number>()
  const report = Effect.flatMap(Monotonic.millis, (now) => {
    const lines = RunResult.stepsOf(drawn).flatMap((step) => {
      const making = PartitionProgress.of(step, { now, estimate })
      const made = making?.partitions.made ?? 0
      if (making === undefined || made === (reported.get(step.asset) ?? 0)) return []
      reported = new Map([...reported, [step.asset, made]])
      const { marks } = output.errStyle
      return [
        `${marks.running} ${Layout.padEnd(step.asset, nameWidth)}  ${PartitionProgress.words(making).join(` ${marks.separator} `)}`
      ]
    })
    return lines.length === 0 ? Effect.void : output.err(lines)
  })
  if (isCut && !output.interactive && !quiet) {
    yield* Effect.forkScoped(Effect.repeat(Effect.delay(report, reportEvery), Schedule.forever))
  }
  const follow: Observer = Effect.fnUntraced(function* (events) {
    result = RunResult.apply(result, events)
    if (output.interactive || isCut) {
      const at = new Date(yield* Monotonic.millis).toISOString()
      drawn = RunResult.apply(
        drawn,
        events.map((event) => ({ ...event, at }))
      )
    }
    for (const event of events) {
      const made = materializationOf(event)
      if (made !== undefined && before !== undefined) causes.set(made.asset, causesOf(made, before.get(made.asset)))
    }
    const told = events.flatMap((event) => {
      const each = tell(event)
      return each === undefined || !isTold(event) ? [] : linesOf(each)
    })
    if (told.length > 0) yield* output.err(told)
  })
  const stream: Observer = (events) => output.out(events.map((event) => JSON.stringify(event)))
  const watch: RunWatch = {
    observers: [follow, ...(json ? [stream] : [])],
    result: Effect.sync(() => result),
    causes: Effect.sync(() => causes)
  }
  return watch
})

/** The time between two lines on a run that makes partitions, without a terminal. */
const reportEvery = Duration.seconds(5)

const causesOf = ({ provenance }: Materialization, last: Materialization | undefined): ReadonlyArray<string> =>
  last === undefined
    ? ["never materialized before"]
    : Provenance.differences(last.provenance, provenance.code, provenance.inputs).map(StandingText.cause)

/** The events that are told in full when they happen. The summary has only their first sentence. */
const isFailure = (event: RunEvent): boolean =>
  event._tag === "StepRetrying" ||
  event._tag === "StepFailed" ||
  event._tag === "PartitionsFailed" ||
  (event._tag === "CheckEvaluated" && !event.passed && event.severity === "error")

/** The summary counts passed checks and lists canceled steps. */
const isToldInTheEnd = (event: RunEvent): boolean =>
  event._tag === "StepCanceled" || (event._tag === "CheckEvaluated" && event.passed)
