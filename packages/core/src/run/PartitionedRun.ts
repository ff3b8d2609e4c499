import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Asset from "../asset/Asset.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Slice from "../partition/Slice.ts"
import * as Plan from "../plan/Plan.ts"
import * as Units from "../plan/Units.ts"
import type { Draft } from "./EventLog.ts"
import * as Scheduler from "./Scheduler.ts"
import * as SliceRun from "./SliceRun.ts"
import * as StepQueue from "./StepQueue.ts"
import * as UnitInputs from "./UnitInputs.ts"

export interface Options<A extends Asset.Any> extends Omit<Scheduler.Options<A>, "queue"> {
  /** The most steps that run at once. */
  readonly concurrency: number
  /** How many steps of a pool may run at once. Other pools have no limit of their own. */
  readonly pools: Readonly<Record<string, number>>
}

/**
 * Prepares a run of a plan, unit by unit. A plan of which nothing is cut is one unit, and runs on the scheduler alone. After a
 * failure, later units still make what does not depend on it.
 */
export const make = Effect.fnUntraced(function* <A extends Asset.Any>({
  concurrency,
  pools,
  ...more
}: Options<A>): Effect.fn.Return<Omit<Scheduler.Scheduler, "kept">> {
  const queue = yield* StepQueue.make({ concurrency, pools })
  const options = { ...more, queue }
  const whileQueued = <B>(run: Effect.Effect<B>) =>
    Effect.acquireUseRelease(Effect.fork(Effect.interruptible(queue.run)), () => run, Fiber.interrupt)
  const units = Units.of(options.plan)
  const { cut } = options.plan
  if (cut === undefined || units.every((unit) => unit.cut === undefined)) {
    const scheduler = yield* Scheduler.make({ ...options, sliceOf: (asset) => checkedSlice(options.plan, asset) })
    return { ...scheduler, run: whileQueued(scheduler.run) }
  }
  const clock = yield* Clock.clockWith(Effect.succeed)
  const { failFast, log, runId } = options
  /** The steps that failed. One of them may have made all of its partitions, and have failed by a check of the whole table. */
  const failed = new Set<string>()
  const record = (event: Draft, now: number) => {
    if (event._tag === "StepFailed") failed.add(event.asset)
    log.unsafeEmit(event, now)
  }
  const emit = (event: Draft) => record(event, clock.unsafeCurrentTimeMillis())
  /** What was not made: partitions of an asset, or all of it. */
  const failures = new Map<string, Runs.Runs | "whole">()
  const open = new Map(options.plan.steps.map((step) => [step.asset, step]))
  const inputs = UnitInputs.make(options.plan, cut.cuts, options.context)
  /** What the steps of later units wait for. */
  const note = (event: Draft) => {
    if (event._tag === "StepFailed" || event._tag === "StepSkipped") failures.set(event.asset, "whole")
    if (isEnd(event)) open.delete(event.asset)
  }
  const skip = (asset: string, causes: ReadonlyArray<string>) => {
    const step = open.get(asset)
    if (step === undefined) return
    const event = { _tag: "StepSkipped", runId, asset, action: step.action, causes } as const
    note(event)
    emit(event)
  }

  const runWhole = Effect.fnUntraced(function* (steps: ReadonlyArray<Plan.Planned>) {
    const own = new Set(steps.map(({ asset }) => asset))
    for (const step of steps) {
      const causes = step.after.filter((name) => failures.has(name))
      if (causes.length > 0) skip(step.asset, causes)
    }
    const left = steps.filter(({ asset }) => open.has(asset))
    const scheduler = yield* Scheduler.make({
      ...options,
      plan: Plan.partOf(options.plan, left),
      given: inputs.given(() => undefined),
      keep: inputs.keptOf(own),
      log: {
        unsafeEmit: (event, now) => {
          note(event)
          record(event, now)
        }
      }
    })
    yield* scheduler.run
    inputs.keep(scheduler.kept())
  })

  const runUnit = (unit: Units.Unit) =>
    unit.cut === undefined
      ? runWhole(unit.steps)
      : Effect.map(
          SliceRun.run({ ...options, concurrency, inputs, failures, emit, unit: { ...unit, cut: unit.cut } }),
          (failed) => {
            for (const { asset } of unit.steps) {
              open.delete(asset)
              const runs = failed.get(asset)
              if (runs !== undefined && !Runs.isEmpty(runs)) failures.set(asset, runs)
            }
          }
        )

  const run = Effect.gen(function* () {
    for (const unit of units) {
      if (failFast && failed.size > 0) {
        for (const { asset } of unit.steps) skip(asset, [...failed])
      } else yield* runUnit(unit)
    }
    return failed.size > 0 ? ("failed" as const) : ("succeeded" as const)
  })
  return {
    run: Effect.ensuring(whileQueued(run), inputs.release),
    cancelUnfinished: Effect.sync(() => {
      for (const { action, asset } of open.values()) emit({ _tag: "StepCanceled", runId, asset, action })
      open.clear()
    })
  }
})

/** The stored partitions that a step checks. */
const checkedSlice = ({ cut, steps }: Plan.Plan<Asset.Any>, asset: string): Slice.Slice | undefined => {
  const [space, runs] = [cut?.cuts.spaceOf(asset), cut?.runs.get(asset)]
  const isChecked = steps.some((step) => step.asset === asset && step.action === "check")
  return isChecked && space !== undefined && runs !== undefined ? Slice.make(space, runs) : undefined
}

const isEnd = (event: Draft): event is Extract<Draft, { readonly asset: string }> =>
  event._tag === "StepSucceeded" ||
  event._tag === "StepUnchanged" ||
  event._tag === "StepFailed" ||
  event._tag === "StepSkipped" ||
  event._tag === "StepCanceled"
