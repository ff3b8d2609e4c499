import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RunEvent, RunOwner } from "./RunEvent.ts"
import type { OpenStep, RunSummary } from "./RunRecord.ts"
import { RunStore, type RunStoreFailed } from "./RunStore.ts"

/** The process that runs belong to, and whether another one of this machine still lives. The command line knows. */
export class Owner extends Context.Reference<Owner>()("@sluice/core/Owner", {
  defaultValue: (): { readonly self: RunOwner; readonly isAlive: (pid: number) => boolean } => ({
    self: { host: "unknown", pid: 0 },
    isAlive: () => true
  })
}) {}

/** How often a run notes that it is alive. */
export const heartbeatInterval = Duration.seconds(10)
/** After so long without a heartbeat, a run's process counts as dead. */
export const silence = Duration.minutes(1)

/**
 * Closes the runs whose process died without concluding them: each is recorded as crashed, its open steps as canceled.
 * Answers their ids; of several starts at once, one closes a run and answers it. A process of this machine is looked up; one
 * of another machine counts as dead after a minute's silence.
 */
export const closeOrphans: Effect.Effect<ReadonlyArray<string>, RunStoreFailed, RunStore> = Effect.gen(function* () {
  const store = yield* RunStore
  const owner = yield* Owner
  const now = yield* Clock.currentTimeMillis
  const closed: Array<string> = []
  for (const run of yield* store.unfinished) {
    if (lives(run, owner, now)) continue
    const at = new Date(now).toISOString()
    if (yield* store.close(run.runId, (open) => closing(run, open, at))) closed.push(run.runId)
  }
  return closed
}).pipe(Effect.withSpan("Owner.closeOrphans"))

/** Another run that is being carried out, and which of the assets asked about it makes too. */
export interface Rival {
  readonly run: RunSummary
  readonly assets: ReadonlyArray<string>
}

/** The runs of living processes that make some of these assets: what both publish, one of them publishes first. */
export const rivals = Effect.fn("Owner.rivals")(function* (
  assets: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<Rival>, RunStoreFailed, RunStore> {
  const store = yield* RunStore
  const wanted = new Set(assets)
  const all = yield* Effect.forEach(yield* store.unfinished, (run) =>
    Effect.map(store.openSteps(run.runId), (open) => ({
      run,
      assets: open.flatMap(({ action, asset }) => (action === "materialize" && wanted.has(asset) ? [asset] : []))
    }))
  )
  return all.filter((rival) => rival.assets.length > 0)
})

const lives = (run: RunSummary, owner: Owner["Type"], now: number): boolean => {
  const { host, pid } = run.owner
  if (host === owner.self.host) return pid !== owner.self.pid && owner.isAlive(pid)
  return now - Date.parse(run.heartbeatAt) <= Duration.toMillis(silence)
}

const closing = (run: RunSummary, open: ReadonlyArray<OpenStep>, at: string): ReadonlyArray<RunEvent> => {
  const { runId } = run
  return [
    ...open.map(({ action, asset }): RunEvent => ({ _tag: "StepCanceled", runId, at, asset, action })),
    {
      _tag: "RunConcluded",
      runId,
      at,
      status: "crashed",
      durationMillis: Math.max(0, Date.parse(run.heartbeatAt) - Date.parse(run.startedAt)),
      reason: `its process (${run.owner.pid} on ${run.owner.host}) ended without concluding it`
    }
  ]
}
