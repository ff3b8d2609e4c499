import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type * as Asset from "../asset/Asset.ts"
import { CheckFailed } from "../asset/CheckFailed.ts"
import type { Failure } from "../asset/Failure.ts"
import { joinUninterruptibly } from "../internal/joinUninterruptibly.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as lines from "../partition/internal/lines.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Slice from "../partition/Slice.ts"
import * as Plan from "../plan/Plan.ts"
import type { Cut } from "../plan/PlannedPartitions.ts"
import * as Units from "../plan/Units.ts"
import * as Attempt from "./Attempt.ts"
import type { Draft } from "./EventLog.ts"
import * as Scheduler from "./Scheduler.ts"
import * as SliceEvents from "./SliceEvents.ts"
import type { UnitInputs } from "./UnitInputs.ts"

/** The input of one unit's run. */
export interface Options<A extends Asset.Any> extends Scheduler.Options<A> {
  readonly unit: Units.Unit & { readonly cut: Units.UnitCut }
  /** The most slices that run at once. */
  readonly concurrency: number
  readonly inputs: UnitInputs
  /** What failed in earlier units: partitions of an asset, or all of it. */
  readonly failures: ReadonlyMap<string, Runs.Runs | "whole">
  readonly emit: (event: Draft) => void
}

/**
 * Makes the partitions of a unit, slice by slice: each slice is a run of the scheduler over the unit's steps. Some slices run at
 * once. Returns the partitions of each asset that were not made.
 */
export const run = Effect.fnUntraced(function* <A extends Asset.Any>(
  options: Options<A>
): Effect.fn.Return<ReadonlyMap<string, Runs.Runs>> {
  const { emit, plan, runId, unit } = options
  const cut = unsafeCast<Cut>(plan.cut)
  const clock = yield* Clock.clockWith(Effect.succeed)
  const startedAt = clock.unsafeCurrentTimeNanos()
  const members = unit.steps.map((step) => memberOf(options, cut, step))
  for (const { asset } of members) emit({ _tag: "StepStarted", runId, asset: asset.name, attempt: 1 })
  const flush = () => {
    for (const { events } of members) events.flush()
  }

  const dependsOnPast = members.some(({ asset }) => asset.partitioning?.dependsOnPast === true)
  const limits = members.map(({ asset }) => asset.partitioning?.concurrency ?? options.concurrency)
  const slices = Units.countSlices(unit.cut)
  const atOnce = dependsOnPast ? 1 : Math.max(1, Math.min(options.concurrency, slices, ...limits))
  const next = Units.slicesOf(unit.cut, cut.newestFirst && !dependsOnPast)
  const isOver = () => options.failFast && members.some(({ events }) => events.firstError() !== undefined)

  const worker = Effect.gen(function* () {
    for (let slice = next.next(); slice.done !== true && !isOver(); slice = next.next()) {
      yield* runSlice(options, members, slice.value)
    }
  })
  const workers = Effect.all(
    Array.from({ length: atOnce }, () => worker),
    { concurrency: "unbounded", discard: true }
  )
  const flushing = Effect.forever(Effect.zipRight(Effect.sleep(flushEvery), Effect.sync(flush)))
  yield* joinUninterruptibly(Effect.raceFirst(workers, flushing)).pipe(
    Effect.onInterrupt(() => Effect.forEach(members, (member) => recover(options, member), { discard: true })),
    Effect.ensuring(Effect.sync(flush))
  )
  // With failFast, the first failure has interrupted the steps of other slices.
  if (isOver()) yield* Effect.forEach(members, (member) => recover(options, member), { discard: true })

  for (const member of members) {
    flush()
    const failure = yield* checkTable(options, member, clock)
    conclude(options, member, Attempt.millisBetween(startedAt, clock.unsafeCurrentTimeNanos()), failure)
  }
  flush()
  return new Map(members.map(({ asset, events, runs }) => [asset.name, Runs.difference(runs, events.made())] as const))
})

/** The longest that a partition which was made is not recorded. */
const flushEvery = "250 millis"

/** A step of a unit. */
interface Member {
  readonly step: Plan.Planned
  readonly asset: Asset.Any
  /** The partitions to make. */
  readonly runs: Runs.Runs
  /** Those that cannot be made because an earlier unit failed, by the upstream that failed. */
  readonly blocked: ReadonlyMap<string, Runs.Runs>
  readonly events: SliceEvents.SliceEvents
}

const memberOf = (
  { emit, failures, plan, runId, unit }: Options<Asset.Any>,
  { cuts, runs }: Cut,
  step: Plan.Planned
): Member => {
  const { space } = unit.cut
  const asset = unsafeCast<Asset.Any>(plan.graph.assets[plan.graph.indexOf(step.asset) ?? -1])
  const own = runs.get(step.asset) ?? Runs.empty(space.size)
  const blocked = new Map<string, Runs.Runs>()
  for (const name of step.after) {
    const failed = failures.get(name)
    const upstream = Object.values(asset.upstreams).find((each) => each.name === name)
    if (failed === undefined || upstream === undefined) continue
    blocked.set(name, failed === "whole" ? own : Runs.intersect(own, cuts.down(asset, upstream, failed)))
  }
  return { step, asset, runs: own, blocked, events: SliceEvents.make({ runId, asset, space, emit }) }
}

const runSlice = Effect.fnUntraced(function* <A extends Asset.Any>(
  options: Options<A>,
  members: ReadonlyArray<Member>,
  [from, to]: readonly [from: number, to: number]
) {
  const { inputs, plan, unit } = options
  const { space } = unit.cut
  const active = new Map<string, Member & { readonly slice: Slice.One }>()
  const skipped = new Map<string, ReadonlyArray<string>>()
  for (const member of members) {
    const { asset, blocked, events, runs, step } = member
    const own = Runs.within(runs, from, to)
    if (Runs.isEmpty(own)) continue
    const causes = [
      ...[...blocked].flatMap(([name, some]) => (Runs.isEmpty(Runs.within(some, from, to)) ? [] : [name])),
      ...step.after.flatMap((name) => (skipped.has(name) ? [name] : [])),
      ...(asset.partitioning?.dependsOnPast === true && !isAfterMade(member, own, space) ? [asset.name] : [])
    ]
    if (causes.length > 0) {
      skipped.set(asset.name, causes)
      events.skip(own, causes)
    } else active.set(asset.name, { ...member, slice: Slice.make(space, own) })
  }
  if (active.size === 0) return
  const steps = unit.steps.filter(({ asset }) => active.has(asset))
  const sliceOf = (asset: string) => active.get(asset)?.slice
  const scheduler = yield* Scheduler.make({
    ...options,
    plan: Plan.partOf(plan, steps),
    onlyChanged: false,
    full: true,
    sliceOf,
    given: inputs.given(sliceOf),
    log: {
      unsafeEmit: (event) => {
        const member = "asset" in event ? active.get(event.asset) : undefined
        member?.events.take(event, member.slice.runs)
      }
    }
  })
  yield* scheduler.run
})

/**
 * Records the partitions that were stored before the interruption reached their slices. If the storage does not answer, they are
 * not recorded, and a later run makes them again.
 */
const recover = <A extends Asset.Any>(
  { context, runId, unit, versions }: Options<A>,
  { asset, events, runs }: Member
): Effect.Effect<void> => {
  const { storage } = asset
  if (storage._tag !== "Stored" || storage.madeBy === undefined) return Effect.void
  const { space } = unit.cut
  const marks = Effect.provide(unsafeCast<Effect.Effect<ReadonlyArray<string>, Failure>>(storage.madeBy(runId)), context)
  const record = (keys: ReadonlyArray<string>) => {
    const lost = Runs.difference(Runs.intersect(Slice.runsOf(space, keys), runs), Runs.union(events.made(), events.unmade()))
    if (Runs.isEmpty(lost)) return
    const provenance = versions.made(asset, runId)
    events.take(
      {
        _tag: "StepSucceeded",
        ...{ runId, asset: asset.name, action: "materialize", attempt: 1 },
        durationMillis: 0,
        metadata: {},
        provenance
      },
      lost
    )
  }
  return Effect.raceFirst(
    Effect.interruptible(Effect.matchCause(marks, { onFailure: () => {}, onSuccess: record })),
    Effect.interruptible(Effect.sleep(answering))
  )
}

/** The longest wait for a storage after an interruption. */
const answering = "2 seconds"

/** Whether the partition before a slice is there: it was made before the run, or in it, since slices are made in order. */
const isAfterMade = ({ events }: Member, own: Runs.Runs, space: Slice.Slice["space"]): boolean => {
  const before = lines.previous(space, Runs.first(own))
  return before === undefined || !Runs.has(events.unmade(), before)
}

/** Evaluates the checks of a whole table, once its partitions have been made. Returns why the step fails, if it does. */
const checkTable = Effect.fnUntraced(function* <A extends Asset.Any>(
  { context, emit, runId, versions }: Options<A>,
  { asset, events }: Member,
  clock: Clock.Clock
) {
  const checks = asset.checks.filter(({ of }) => of === "table")
  if (checks.length === 0 || Runs.isEmpty(events.made())) return undefined
  const outcome = yield* Attempt.run({
    ...{ runId, asset: { ...asset, checks }, action: "check", attempt: 1, slice: undefined },
    inputs: () => Effect.succeed({}),
    unconcluded: () => [],
    early: { handOff: () => {}, withdraw: () => Effect.void, concluded: Effect.void },
    lastMadeFrom: undefined,
    deadline: undefined,
    versions,
    context: unsafeCast(context),
    restore: Effect.interruptible,
    clock,
    emit: (event) => {
      if (event._tag === "CheckEvaluated") emit(event)
    }
  })
  if (outcome._tag === "Failed") return ofBlocking(outcome.failure, checks)
  yield* Scope.close(outcome.scope, Exit.void)
  return undefined
})

/** A failure of checks, without those that do not block. Undefined if none of them blocks. */
const ofBlocking = (failure: Failure, checks: Asset.Any["checks"]): Failure | undefined => {
  if (!(failure instanceof CheckFailed)) return failure
  const blocking = failure.checks.filter((name) => checks.some((check) => check.name === name && check.blocking))
  const { asset } = failure
  return blocking.length === 0
    ? undefined
    : new CheckFailed({ asset, checks: blocking, staged: false, afterPartitions: true })
}

/** Ends the step of an asset: it has succeeded if all of its partitions were made and no check of the table failed it. */
const conclude = (
  { emit, runId, versions }: Options<Asset.Any>,
  { asset, events, runs, step }: Member,
  durationMillis: number,
  checked: Failure | undefined
): void => {
  events.flush()
  for (const check of events.checks()) emit({ ...check, runId, asset: asset.name })
  const { failed, made, rows } = events.counts()
  const told = { runId, asset: asset.name, action: step.action, attempt: 1, durationMillis }
  const metadata = { partitions: made, ...(rows > 0 ? { rows } : {}) }
  const total = Runs.size(runs)
  if (checked !== undefined) {
    const { _tag: tag, message, retryable } = checked
    emit({ _tag: "StepFailed", ...told, error: { tag, message, retryable } })
    return
  }
  if (made === total) {
    emit({ _tag: "StepSucceeded", ...told, metadata, provenance: versions.made(asset, runId) })
    return
  }
  const first = events.firstError()
  const message =
    first === undefined
      ? `${total - made} of ${total} partitions were not made, since what they are made from failed.`
      : total === 1
        ? first.message
        : `${failed} of ${total} partitions failed. The first: ${first.message}`
  emit({
    _tag: "StepFailed",
    ...told,
    error: { tag: first?.tag ?? "PartitionsSkipped", message, retryable: first?.retryable ?? false }
  })
}
