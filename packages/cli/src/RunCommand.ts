import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type { Plan } from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import * as Owner from "@sluice/core/run/Owner"
import * as Recovery from "@sluice/core/run/Recovery"
import type { OpenStep, UnfinishedRun } from "@sluice/core/run/RunRecord"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { RunFailed } from "./CliError.ts"
import * as exitCode from "./exitCode.ts"
import * as OriginGuard from "./OriginGuard.ts"
import { Output } from "./Output.ts"
import * as PartitionEstimate from "./PartitionEstimate.ts"
import { Pipeline } from "./Pipeline.ts"
import * as Rivals from "./Rivals.ts"
import * as RunEstimate from "./RunEstimate.ts"
import * as RunWatch from "./RunWatch.ts"
import * as Human from "./render/Human.ts"
import * as PreviewText from "./render/PreviewText.ts"
import * as Summary from "./render/Summary.ts"
import * as Retention from "./wiring/Retention.ts"
import type { Settings } from "./wiring/Settings.ts"

/** A plan to execute, and its options. */
export interface Job<A extends Asset.Any> {
  readonly plan: Plan<A>
  readonly settings: Settings
  readonly options: Omit<Executor.Options, "observe" | "pools" | "origin">
  /** Whether the bundled sample may replace rows that came from a real API. Default false. */
  readonly allowSampleData?: boolean
  /** Whether every event is a line on standard output. */
  readonly json: boolean
  /** The run that this one retries. The summary covers both. */
  readonly first?: RunResult.RunResult
  /** Reports the result, instead of the usual lines and summary. */
  readonly tell?: (result: RunResult.RunResult) => Effect.Effect<void>
  /** Commands to type next, without the program's name. */
  readonly next: (result: RunResult.RunResult) => ReadonlyArray<string>
}

/**
 * Closes the runs whose processes died, and names them. Records the partitions that they made and did not record. Call it before
 * planning a run.
 */
export const closeOrphans = Effect.gen(function* () {
  const graph = yield* Pipeline.graph
  const orphans = yield* Owner.closeOrphans(unrecordedOf(graph))
  if (orphans.length === 0) return
  yield* Output.err([
    orphans.length === 1
      ? `Closed run ${orphans[0]} as crashed: its process ended without concluding it.`
      : `Closed ${orphans.length} runs as crashed, ${Human.list(orphans)}: their processes ended without concluding them.`
  ])
})

/** Concludes a run whose process died as canceled. Records the partitions that it made and did not record. */
export const cancelOrphan = (run: UnfinishedRun) =>
  Effect.flatMap(Pipeline.graph, (graph) => Owner.close(run, "canceled", unrecordedOf(graph)))

const unrecordedOf =
  <A extends Asset.Any>(graph: AssetGraph<A>) =>
  (run: UnfinishedRun, open: ReadonlyArray<OpenStep>, now: number) =>
    Recovery.unrecorded(graph, run, open, now)

/**
 * Executes a plan, shows its progress, reports its result, and deletes old runs from the history. Fails if the sample would replace
 * real rows. Fails with an empty detail if the run does not succeed.
 */
export const execute = Effect.fn("RunCommand.execute")(function* <A extends Asset.Any>(job: Job<A>) {
  const { json, options, plan, settings } = job
  const output = yield* Output
  const store = yield* RunStore
  yield* OriginGuard.check(plan, settings, job.allowSampleData === true, job.first)
  yield* Rivals.tell(plan)
  const { expected, previews } = yield* PartitionEstimate.ofPlan(plan, options.concurrency)
  // A backfill has shown them before.
  if (plan.cut?.isBackfill !== true) yield* output.err(PreviewText.lines(previews, output.errStyle))
  const watch = yield* RunWatch.make({
    steps: plan.steps,
    json,
    quiet: job.tell !== undefined,
    estimate: yield* RunEstimate.of(plan.steps, options.concurrency, expected),
    before: options.onlyChanged === true ? yield* store.materializations : undefined
  })
  const conclude = Effect.fnUntraced(function* (result: RunResult.RunResult) {
    const whole = job.first === undefined ? result : RunResult.merge(job.first, result)
    yield* output.live([])
    yield* job.tell?.(whole) ?? output.err(Summary.lines(whole, yield* watch.causes, output.errStyle))
    yield* output.err(Summary.next(job.next(whole), output.errStyle))
  })
  const ofRun = yield* exitCode.OfRun
  let concluded: RunResult.RunResult | undefined
  const run = Executor.run(plan, {
    ...options,
    pools: settings.pools ?? {},
    ...(settings.configured.origin === undefined ? {} : { origin: settings.configured.origin.name }),
    observe: [...watch.observers, ...(yield* Rivals.yielding(plan))],
    onConcluded: (result) => {
      concluded = result
      return result.status === "canceled" ? Effect.void : Ref.set(ofRun, codeOf(result))
    }
  })
  const result = yield* run.pipe(
    Effect.onInterrupt(() => Effect.flatMap(concluded === undefined ? watch.result : Effect.succeed(concluded), conclude)),
    Effect.catchAll(({ message }) =>
      Effect.flatMap(watch.result, ({ runId }) => new RunFailed({ detail: unrecorded(message, runId, plan) }))
    )
  )
  yield* Effect.uninterruptible(conclude(result))
  yield* Effect.ignore(Retention.apply(settings))
  if (result.status === "canceled") return yield* new RunFailed({ detail: "", isCanceled: true })
  if (codeOf(result) !== exitCode.ok) return yield* new RunFailed({ detail: "" })
}, Effect.scoped)

/** Why a run could not be recorded, and the command that carries it on, unless the message has it, or nothing can be. */
const unrecorded = (message: string, runId: string, { cut, steps }: Plan<Asset.Any>): string => {
  const isRecorded = runId !== "" && !message.includes(`retry ${runId}`)
  if (!isRecorded || steps.every(({ action }) => action === "check")) return message
  const command = cut?.isBackfill === true ? `backfills resume ${runId}` : `retry ${runId}`
  return `${message} Then \`sluice ${command}\` makes the rest.`
}

const codeOf = ({ status }: RunResult.RunResult): number => (status === "succeeded" ? exitCode.ok : exitCode.failed)
