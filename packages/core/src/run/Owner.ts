import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stored from "../partition/Stored.ts"
import type { RunEvent, RunOwner } from "./RunEvent.ts"
import type { OpenStep, RunSummary, UnfinishedRun } from "./RunRecord.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** The process that owns a run, and what it knows about other processes. The command line provides it. */
export class Owner extends Context.Reference<Owner>()("@sluice/core/Owner", {
  defaultValue: (): Owner.Service => ({ self: { host: "unknown", pid: 0 }, isAlive: () => true })
}) {}

export declare namespace Owner {
  export interface Service {
    readonly self: RunOwner
    /** Whether the process of a run is alive; undefined if only its heartbeat can tell, as for a process of another host. */
    readonly isAlive: (owner: RunOwner) => boolean | undefined
  }
}

/** The time between two heartbeats of a run. */
export const heartbeatInterval = Duration.seconds(10)
/** A process that cannot be looked up counts as dead after this time without a heartbeat. */
export const silence = Duration.minutes(1)

/**
 * Closes the runs whose process died before they concluded: each run is recorded as crashed, its open steps as canceled.
 * Returns their ids. If several processes start at once, only one of them closes and returns a run. A process of this host is
 * looked up, so a suspended process is alive. A process of another host is dead after a minute without a heartbeat, by the
 * store's clock. `recover` returns events that the run did not record, such as those of partitions that it made.
 */
export const closeOrphans = Effect.fn("Owner.closeOrphans")(function* <E = never, R = never>(
  recover: Recover<E, R> = () => Effect.succeed([])
): Effect.fn.Return<ReadonlyArray<string>, RunStoreFailed | E, RunStore | R> {
  const store = yield* RunStore
  const closed: Array<string> = []
  for (const run of yield* store.unfinished) {
    if (yield* isAlive(run)) continue
    if (yield* close(run, "crashed", recover)) closed.push(run.runId)
  }
  return closed
})

/** Whether the process of a run is alive, as `closeOrphans` decides it. */
export const isAlive = (run: UnfinishedRun): Effect.Effect<boolean> =>
  Effect.map(Owner, (owner) => owner.isAlive(run.owner) ?? run.silentMillis <= Duration.toMillis(silence))

/** Shows runs that have lost their process as crashed, as the next start of Sluice will record them. */
export const markCrashed = Effect.fn("Owner.markCrashed")(function* <Run extends Pick<RunSummary, "runId" | "status">>(
  runs: ReadonlyArray<Run>
): Effect.fn.Return<ReadonlyArray<Run>, RunStoreFailed, RunStore> {
  if (runs.every(({ status }) => status !== "running")) return runs
  const orphans = yield* Effect.filter(yield* (yield* RunStore).unfinished, isAlive, { negate: true })
  const ids = new Set(orphans.map(({ runId }) => runId))
  return runs.map((run) => (ids.has(run.runId) ? { ...run, status: "crashed" } : run))
})

/** Concludes a run whose process died. Returns whether this call concluded it; of several at once, one does. */
export const close = Effect.fn("Owner.close")(function* <E, R>(
  run: UnfinishedRun,
  status: "crashed" | "canceled",
  recover: Recover<E, R>
): Effect.fn.Return<boolean, RunStoreFailed | E, RunStore | R> {
  const store = yield* RunStore
  const now = yield* Clock.currentTimeMillis
  const recovered = yield* recover(run, yield* store.openSteps(run.runId), now)
  return yield* store.close(run.runId, (open) => [...recovered, ...closing(run, status, open, now)])
})

/** Returns the events that a dead run did not record. `now` is their time, in milliseconds since the epoch. */
export type Recover<E, R> = (
  run: UnfinishedRun,
  open: ReadonlyArray<OpenStep>,
  now: number
) => Effect.Effect<ReadonlyArray<RunEvent>, E, R>

/** Another run in progress, and the given assets that it materializes too. */
export interface ConcurrentRun {
  readonly run: RunSummary
  readonly assets: ReadonlyArray<string>
}

/**
 * The runs of living processes that materialize some of the given assets. `partitionsOf` returns those that are to be made of an asset,
 * and is called only if another run makes some of it; undefined, the default: all of it. Two runs that make other partitions of an
 * asset do not meet.
 */
export const concurrentRuns = Effect.fn("Owner.concurrentRuns")(function* (
  assets: ReadonlyArray<string>,
  partitionsOf: (asset: string) => Stored.Stored | undefined = () => undefined
): Effect.fn.Return<ReadonlyArray<ConcurrentRun>, RunStoreFailed, RunStore> {
  const store = yield* RunStore
  const wanted = new Set(assets)
  const meets = ({ action, asset, partitions: theirs }: OpenStep) => {
    if (action !== "materialize" || !wanted.has(asset)) return false
    const ours = theirs && partitionsOf(asset)
    return ours === undefined || theirs === undefined || Stored.overlaps(ours, theirs)
  }
  const all = yield* Effect.forEach(yield* store.unfinished, (run) =>
    Effect.map(store.openSteps(run.runId), (open) => ({
      run,
      assets: open.filter(meets).map(({ asset }) => asset)
    }))
  )
  return all.filter(({ assets }) => assets.length > 0)
})

const closing = (
  run: UnfinishedRun,
  status: "crashed" | "canceled",
  open: ReadonlyArray<OpenStep>,
  now: number
): ReadonlyArray<RunEvent> => {
  const { runId } = run
  const at = new Date(now).toISOString()
  return [
    ...open.map(({ action, asset }): RunEvent => ({ _tag: "StepCanceled", runId, at, asset, action })),
    {
      _tag: "RunConcluded",
      runId,
      at,
      status,
      durationMillis: Math.max(0, now - run.silentMillis - Date.parse(run.startedAt)),
      reason: `its process (${run.owner.pid} on ${run.owner.host}) ended without concluding it`
    }
  ]
}
