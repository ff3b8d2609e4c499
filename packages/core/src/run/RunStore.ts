import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Standing } from "../partition/Standing.ts"
import type { Stored } from "../partition/Stored.ts"
import * as PartitionHistory from "./internal/PartitionHistory.ts"
import * as PartitionCounts from "./PartitionCounts.ts"
import { isAboutPartitions, type PartitionRecord } from "./PartitionRecord.ts"
import type { CheckEvaluated, RunEvent } from "./RunEvent.ts"
import {
  byRun,
  endedBy,
  type LastStep,
  lastStepOf,
  latestChecks,
  type Materialization,
  makes,
  materializationOf,
  type OpenStep,
  openStepOf,
  type RunSummary,
  summaryOf,
  type UnfinishedRun
} from "./RunRecord.ts"

/** The run history cannot be read or written. */
export class RunStoreFailed extends Schema.TaggedError<RunStoreFailed>()("RunStoreFailed", {
  operation: Schema.String,
  reason: Schema.String,
  retryable: Schema.Boolean
}) {
  override get message() {
    return `The run history could not be ${this.operation}: ${this.reason}`
  }
}

/**
 * The events of a repeated append that are not stored yet. `recorded` are the stored events, as JSON, that have these numbers already.
 * Fails if they are different events: then another process has concluded the run, and this process no longer owns it.
 */
export const unrecorded = (
  runId: string,
  events: ReadonlyArray<RunEvent>,
  recorded: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<RunEvent>, RunStoreFailed> =>
  recorded.every((event, index) => event === JSON.stringify(events[index]))
    ? Effect.succeed(events.slice(recorded.length))
    : new RunStoreFailed({
        operation: "written",
        reason: `run ${runId} was concluded by another start of Sluice, to which its process seemed dead. Carry it on with \`sluice retry ${runId}\`.`,
        retryable: false
      })

/** What `prune` removed. */
export interface Pruned {
  readonly runs: number
  readonly events: number
}

/** Appends and reads events. It decides nothing. */
export class RunStore extends Context.Tag("@sluice/core/RunStore")<
  RunStore,
  {
    /**
     * Appends events in order, all or none. Progress events are not accepted. `from` is the number of the first event in its
     * run, counted from 0. With `from`, an append can be repeated if its answer was lost, and writes nothing twice. Without it,
     * the events follow the stored ones.
     */
    readonly append: (events: ReadonlyArray<RunEvent>, from?: number) => Effect.Effect<void, RunStoreFailed>
    /** Records that a run's process is alive. */
    readonly heartbeat: (runId: string) => Effect.Effect<void, RunStoreFailed>
    /** A run's events in order; empty if the run does not exist. With a page, at most `limit` events from number `from`. */
    readonly events: (
      runId: string,
      page?: { readonly from: number; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<RunEvent>, RunStoreFailed>
    /** A run's unfinished steps, sorted by asset name. The cost depends on their number, not on the number of events. */
    readonly openSteps: (runId: string) => Effect.Effect<ReadonlyArray<OpenStep>, RunStoreFailed>
    /**
     * Concludes a run whose process died: appends what `ending` returns for its open steps, in one transaction, unless the run
     * has concluded. Returns whether this call concluded the run; of several at once, one does.
     */
    readonly close: (
      runId: string,
      ending: (open: ReadonlyArray<OpenStep>) => ReadonlyArray<RunEvent>
    ) => Effect.Effect<boolean, RunStoreFailed>
    /**
     * Asks the process of a run to cancel it. Returns whether the run exists and has not concluded. A second request changes
     * nothing.
     */
    readonly requestCancel: (runId: string) => Effect.Effect<boolean, RunStoreFailed>
    /** Whether somebody has asked to cancel a run. One read by key, which a run's process can repeat twice a second. */
    readonly cancelRequested: (runId: string) => Effect.Effect<boolean, RunStoreFailed>
    /**
     * At most `limit` runs, the last recorded first. The order does not depend on clocks. With `backfill`, only backfills or only
     * other runs.
     */
    readonly runs: (
      limit: number,
      options?: { readonly backfill?: boolean }
    ) => Effect.Effect<ReadonlyArray<RunSummary>, RunStoreFailed>
    /** The runs that have not concluded, the first recorded first. They are in progress, or their process died. */
    readonly unfinished: Effect.Effect<ReadonlyArray<UnfinishedRun>, RunStoreFailed>
    /** The newest run that materialized something. Reads only first events. */
    readonly latestMaterializingRun: Effect.Effect<string | undefined, RunStoreFailed>
    /** The last successful materialization of each asset, by asset name. */
    readonly materializations: Effect.Effect<ReadonlyMap<string, Materialization>, RunStoreFailed>
    /** How the last step of each asset ended, by asset name. */
    readonly lastSteps: Effect.Effect<ReadonlyMap<string, LastStep>, RunStoreFailed>
    /** An asset's recorded materializations, newest first, at most `limit`. */
    readonly history: (asset: string, limit: number) => Effect.Effect<ReadonlyArray<Materialization>, RunStoreFailed>
    /** The newest result of each check of an asset. */
    readonly checks: (asset: string) => Effect.Effect<ReadonlyArray<CheckEvaluated>, RunStoreFailed>
    /** The standing of the partitions of each asset that has one, by asset name. */
    readonly standings: Effect.Effect<ReadonlyMap<string, Standing>, RunStoreFailed>
    /** The standing of an asset's partitions; undefined if nothing is known of them. */
    readonly standing: (asset: string) => Effect.Effect<Standing | undefined, RunStoreFailed>
    /** Removes partitions, whose data is gone, from an asset's standing. Their runs stay. */
    readonly forgetPartitions: (asset: string, partitions: Stored) => Effect.Effect<void, RunStoreFailed>
    /**
     * Folds the standing of an asset, or of all assets, again from the events. What was pruned or forgotten stays so. The result is
     * the standing that was kept, unless that was damaged.
     */
    readonly rebuildStandings: (asset?: string) => Effect.Effect<void, RunStoreFailed>
    /** What was recorded of some partitions of an asset, newest first, at most `limit` records. Pruned runs are not in it. */
    readonly partitionsOf: (
      asset: string,
      partitions: Stored,
      limit: number
    ) => Effect.Effect<ReadonlyArray<PartitionRecord>, RunStoreFailed>
    /**
     * Forgets the last materialization and the partitions of assets whose data is gone. They count as never materialized. Their
     * runs stay.
     */
    readonly invalidate: (assets: ReadonlyArray<string>) => Effect.Effect<void, RunStoreFailed>
    /**
     * Removes concluded runs that started before a time (ISO 8601 in UTC), except the newest `keep`. Each asset's last
     * materialization and the standing of its partitions stay.
     */
    readonly prune: (options: { readonly before: string; readonly keep: number }) => Effect.Effect<Pruned, RunStoreFailed>
  }
>() {
  /** Keeps events in memory, for tests and temporary runs. */
  static readonly layerMemory: Layer.Layer<RunStore> = Layer.sync(RunStore, () => {
    let recorded: Array<RunEvent> = []
    let eventsOf = new Map<string, Array<RunEvent>>()
    const runs = new Map<string, RunSummary>()
    const open = new Map<string, Map<string, OpenStep>>()
    const materialized = new Map<string, Materialization>()
    const lastSteps = new Map<string, LastStep>()
    const canceling = new Set<string>()
    const partitions = PartitionHistory.make()
    const record = (event: RunEvent) => {
      recorded.push(event)
      const own = eventsOf.get(event.runId)
      if (own === undefined) eventsOf.set(event.runId, [event])
      else own.push(event)
      const run = runs.get(event.runId)
      if (event._tag === "RunStarted") {
        runs.set(event.runId, summaryOf(event))
        open.set(event.runId, new Map(event.steps.map((step) => [step.asset, openStepOf(step)])))
      } else if (isAboutPartitions(event) && run !== undefined) {
        runs.set(event.runId, { ...run, partitions: PartitionCounts.ofRun(event, run.partitions) })
      } else if (event._tag === "RunConcluded" && run !== undefined) {
        const { durationMillis, reason, status } = event
        runs.set(event.runId, { ...run, status, durationMillis, reason })
      }
      if (isAboutPartitions(event)) partitions.add(event)
      const ended = endedBy(event)
      if (ended !== undefined) open.get(event.runId)?.delete(ended)
      const materialization = materializationOf(event)
      if (materialization !== undefined) materialized.set(materialization.asset, materialization)
      const last = lastStepOf(event)
      if (last !== undefined) lastSteps.set(last.asset, { status: last.status, runId: last.runId, at: last.at })
    }
    const alive = (runId: string, now: number) => {
      const run = runs.get(runId)
      if (run !== undefined) runs.set(runId, { ...run, heartbeatAt: new Date(now).toISOString() })
    }
    const openSteps = (runId: string) => [...(open.get(runId)?.values() ?? [])].sort((a, b) => compare(a.asset, b.asset))
    const newestFirst = () => [...runs.values()].reverse()
    return RunStore.of({
      append: (events, from) =>
        Effect.gen(function* () {
          const fresh: Array<RunEvent> = []
          for (const [runId, more] of byRun(events)) {
            const there = from === undefined ? [] : (eventsOf.get(runId) ?? []).slice(from, from + more.length)
            const known = there.map((event) => JSON.stringify(event))
            fresh.push(...(yield* unrecorded(runId, more, known)))
          }
          const again = fresh.find((event) => event._tag === "RunStarted" && runs.has(event.runId))
          if (again !== undefined) {
            const reason = `run ${again.runId} is recorded already`
            return yield* new RunStoreFailed({ operation: "written", reason, retryable: false })
          }
          for (const event of fresh) record(event)
          const now = yield* Clock.currentTimeMillis
          for (const runId of byRun(fresh).keys()) alive(runId, now)
        }),
      heartbeat: (runId) => Effect.map(Clock.currentTimeMillis, (now) => alive(runId, now)),
      events: (runId, page) =>
        Effect.sync(() =>
          (eventsOf.get(runId) ?? []).slice(page?.from, page === undefined ? undefined : page.from + page.limit)
        ),
      openSteps: (runId) => Effect.sync(() => openSteps(runId)),
      close: (runId, ending) =>
        Effect.sync(() => {
          if (runs.get(runId)?.status !== "running") return false
          ending(openSteps(runId)).forEach(record)
          return true
        }),
      requestCancel: (runId) =>
        Effect.sync(() => {
          const isRunning = runs.get(runId)?.status === "running"
          if (isRunning) canceling.add(runId)
          return isRunning
        }),
      cancelRequested: (runId) => Effect.sync(() => canceling.has(runId)),
      latestMaterializingRun: Effect.sync(() => newestFirst().find(({ runId }) => eventsOf.get(runId)?.some(makes))?.runId),
      runs: (limit, { backfill } = {}) =>
        Effect.sync(() =>
          newestFirst()
            .filter((run) => backfill === undefined || run.backfill === backfill)
            .slice(0, limit)
        ),
      unfinished: Effect.map(Clock.currentTimeMillis, (now) =>
        [...runs.values()]
          .filter((run) => run.status === "running")
          .map((run) => ({ ...run, silentMillis: now - Date.parse(run.heartbeatAt) }))
      ),
      materializations: Effect.sync(() => new Map(materialized)),
      lastSteps: Effect.sync(() => new Map(lastSteps)),
      history: (asset, limit) =>
        Effect.sync(() =>
          recorded
            .flatMap((event) => materializationOf(event) ?? [])
            .filter((each) => each.asset === asset)
            .reverse()
            .slice(0, limit)
        ),
      checks: (asset) =>
        Effect.sync(() =>
          [
            ...latestChecks(
              recorded
                .flatMap((event) => (event._tag === "CheckEvaluated" && event.asset === asset ? [event] : []))
                .reverse()
            )
          ].sort((a, b) => compare(a.check, b.check))
        ),
      standings: Effect.sync(partitions.standings),
      standing: (asset) => Effect.sync(() => partitions.standings().get(asset)),
      forgetPartitions: (asset, gone) => Effect.sync(() => partitions.forget(asset, gone)),
      rebuildStandings: (asset) => Effect.sync(() => partitions.rebuild(asset)),
      partitionsOf: (asset, some, limit) => Effect.sync(() => partitions.recordsOf(asset, some, limit)),
      invalidate: (assets) =>
        Effect.sync(() => {
          for (const asset of assets) {
            materialized.delete(asset)
            partitions.forgetAll(asset)
          }
        }),
      prune: ({ before, keep }) =>
        Effect.sync(() => {
          const doomed = newestFirst()
            .slice(keep)
            .filter((run) => run.status !== "running" && run.startedAt < before)
          for (const { runId } of doomed) {
            runs.delete(runId)
            open.delete(runId)
            canceling.delete(runId)
          }
          const forgotten = new Set(doomed.map(({ runId }) => runId))
          const kept = recorded.filter((event) => !forgotten.has(event.runId))
          const events = recorded.length - kept.length
          partitions.prune(forgotten)
          recorded = kept
          eventsOf = new Map([...byRun(kept)].map(([runId, own]) => [runId, [...own]]))
          return { runs: doomed.length, events }
        })
    })
  })
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
