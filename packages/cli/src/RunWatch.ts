import * as Monotonic from "@sluice/core/Monotonic"
import type { Step } from "@sluice/core/plan/Plan"
import * as Provenance from "@sluice/core/plan/Provenance"
import type { Observer } from "@sluice/core/run/EventFeed"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { type Materialization, materializationOf } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { Output } from "./Output.ts"
import type { RunEstimate } from "./RunEstimate.ts"
import * as Alongside from "./render/Alongside.ts"
import * as EventText from "./render/EventText.ts"
import * as Layout from "./render/Layout.ts"
import * as Progress from "./render/Progress.ts"
import * as StandingText from "./render/StandingText.ts"

/** Someone who reads along: on a terminal live lines, elsewhere a line for each thing that happens. */
export interface RunWatch {
  /** Each goes at its own pace: a slow reader of standard output holds up nothing on standard error. */
  readonly observers: ReadonlyArray<Observer>
  /** What the events so far add up to. */
  readonly result: Effect.Effect<RunResult.RunResult>
  /** Why each asset was materialized, in words, by its name. */
  readonly causes: Effect.Effect<ReadonlyMap<string, ReadonlyArray<string>>>
}

export interface Options {
  readonly steps: ReadonlyArray<Step>
  /** Whether every event is a line on standard output too. */
  readonly json: boolean
  /** Whether what happens is not told as it happens, but for what is drawn on a terminal. */
  readonly quiet: boolean
  readonly estimate: RunEstimate
  /** What was materialized before the run, where only what has changed since is materialized again. */
  readonly before: ReadonlyMap<string, Materialization> | undefined
}

/** Watches one run; the live lines go with the scope. */
export const make = Effect.fn("RunWatch.make")(function* ({ before, estimate, json, quiet, steps }: Options) {
  const output = yield* Output
  const nameWidth = Math.max(0, ...steps.map(({ asset }) => asset.length))
  const tell = EventText.teller(nameWidth, output.errStyle)
  // A terminal has a width; in a file, an event is one line, to be searched.
  const linesOf = ({ head, text }: EventText.Told) =>
    output.interactive ? Layout.table([[head, text]], output.errStyle.columns) : [EventText.joined({ head, text })]
  const upstreams = Alongside.upstreamsOf(steps)
  const causes = new Map<string, ReadonlyArray<string>>()
  let result = RunResult.empty
  /** The same with each event at the time that it came, by the clock that nobody can set. */
  let drawn = RunResult.empty
  const redraw = Effect.flatMap(Monotonic.millis, (now) =>
    drawn.runId === "" ? Effect.void : output.live(Progress.lines(drawn, { now, estimate, upstreams }, output.errStyle))
  )
  const isTold = (event: RunEvent) =>
    !quiet &&
    (event._tag === "StepRetrying" || event._tag === "StepFailed" || (!output.interactive && !isToldInTheEnd(event)))

  if (output.interactive) {
    yield* Effect.forkScoped(Effect.repeat(redraw, Schedule.spaced("100 millis")))
    yield* Effect.addFinalizer(() => output.live([]))
  }
  const follow: Observer = Effect.fnUntraced(function* (events) {
    result = RunResult.apply(result, events)
    if (output.interactive) {
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

const causesOf = ({ provenance }: Materialization, last: Materialization | undefined): ReadonlyArray<string> =>
  last === undefined
    ? ["never materialized before"]
    : Provenance.differences(last.provenance, provenance.code, provenance.inputs).map(StandingText.cause)

/** Checks that passed are counted in the end, and canceling is the end: the summary lists what was canceled. */
const isToldInTheEnd = (event: RunEvent): boolean =>
  event._tag === "StepCanceled" || (event._tag === "CheckEvaluated" && event.passed)
