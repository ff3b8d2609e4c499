import type * as FileSystem from "@effect/platform/FileSystem"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import type * as Asset from "../asset/Asset.ts"
import { CodeVersions, withSettings } from "../asset/CodeVersions.ts"
import type { Failure } from "../asset/Failure.ts"
import * as Selection from "../graph/Selection.ts"
import type { SelectionEmpty, SelectionInvalid } from "../graph/SelectionInvalid.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as PartitionRequest from "../plan/PartitionRequest.ts"
import type { PlanImpossible } from "../plan/Plan.ts"
import * as Executor from "../run/Executor.ts"
import * as Owner from "../run/Owner.ts"
import * as Planner from "../run/Planner.ts"
import * as Recovery from "../run/Recovery.ts"
import type { RunEvent } from "../run/RunEvent.ts"
import type { RunResult, StepResult } from "../run/RunResult.ts"
import type { RunStore, RunStoreFailed } from "../run/RunStore.ts"
import type { SettingsInvalid } from "../settings/Settings.ts"
import * as Definitions from "./Definitions.ts"
import type { DefinitionsInvalid } from "./DefinitionsInvalid.ts"
import type { Given } from "./Given.ts"

/** The options of any run, without the origin, which the definitions declare. */
export interface Options extends Omit<Executor.Options, "concurrency" | "origin">, Omit<Planner.PlanOptions, "partitions"> {
  /** The number of steps that may run at once. Default 4. */
  readonly concurrency?: number
  /**
   * The partitions to make of the selected assets that are cut: text such as `2024-08-01..2024-08-31`, or those in a state. Default:
   * the latest.
   */
  readonly partitions?: string | PartitionRequest.PartitionRequest
}

/** The result of a run. Its steps are found by the names of the pipeline's assets. */
export interface Result<Name extends string> extends RunResult {
  readonly steps: ReadonlyMap<Name, StepResult>
}

/** Why a run could not start or could not be recorded. A failed step is part of the result instead. */
export type NotRun =
  | DefinitionsInvalid
  | SettingsInvalid
  | SelectionInvalid
  | SelectionEmpty
  | PlanImpossible
  | RunStoreFailed
  | Failure

/** The services that the program must provide: the run history, the file system, and the stores that the assets use. */
export type Services<A extends Asset.Any> = RunStore | FileSystem.FileSystem | Extract<Asset.Context<A>, Given>

/** Names of assets, which the compiler checks, or any selection. */
export type Selected<Name extends string> = readonly [Name, ...ReadonlyArray<Name>] | Selection.Selection

/**
 * Materializes assets of a pipeline from a program, as `sluice materialize` does. It reads the settings, plans, and executes
 * the plan. The pipeline's resources live as long as the run. Succeeds with the run's result, even if steps failed.
 *
 * ```ts
 * const result = yield* materialize(shop, ["daily_revenue"])
 * result.steps.get("daily_revenue")?.state
 * ```
 */
export const materialize = Effect.fn("materialize")(function* <A extends Asset.Any>(
  definitions: Definitions.Definitions<A>,
  selected: Selected<A["name"]>,
  options: Options = {}
): Effect.fn.Return<Result<A["name"]>, NotRun, Services<A>> {
  const graph = Definitions.graphOf(yield* definitions.sealed)
  const { origin, resources, settingsOf } = yield* definitions.configure
  const codeVersionOf = yield* CodeVersions
  const { backfill, downstream, newestFirst, partitions, ...others } = options
  const planning = {
    ...(partitions === undefined ? {} : { partitions: requestOf(partitions) }),
    ...{ backfill: backfill ?? false, downstream: downstream ?? false, newestFirst: newestFirst ?? false }
  }
  const planned = Effect.gen(function* () {
    yield* Owner.closeOrphans((run, open, now) => Recovery.unrecorded(graph, run, open, now))
    const plan = yield* Planner.plan(graph, selectionOf(selected), planning)
    return yield* Executor.run(plan, { concurrency: 4, ...others, ...(origin === undefined ? {} : { origin: origin.name }) })
  })
  const result = yield* planned.pipe(
    Effect.provideService(CodeVersions, (asset) => {
      const code = codeVersionOf(asset)
      return code === undefined ? undefined : withSettings(code, settingsOf(asset.name))
    }),
    Effect.provide(resources)
  )
  return unsafeCast(result)
})

/**
 * Streams the events of a run as they happen, progress included. The last event is `RunConcluded`. The run starts with the
 * stream. If the stream ends early, the run is interrupted and its steps roll back.
 */
export const events = <A extends Asset.Any>(
  definitions: Definitions.Definitions<A>,
  selected: Selected<A["name"]>,
  options: Options = {}
): Stream.Stream<RunEvent, NotRun, Services<A>> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const mailbox = yield* Mailbox.make<RunEvent, NotRun>()
      const observe = [
        ...Array.ensure(options.observe ?? []),
        (batch: ReadonlyArray<RunEvent>) => Effect.asVoid(mailbox.offerAll(batch))
      ]
      const run = materialize(definitions, selected, { ...options, observe })
      yield* Effect.forkScoped(Mailbox.into(run, mailbox))
      return Mailbox.toStream(mailbox)
    })
  )

const requestOf = (partitions: string | PartitionRequest.PartitionRequest): PartitionRequest.PartitionRequest =>
  typeof partitions === "string" ? PartitionRequest.named(partitions) : partitions

const selectionOf = (selected: Selected<string>): Selection.Selection =>
  "_tag" in selected ? selected : selected.map((name): Selection.Selection => Selection.name(name)).reduce(Selection.or)
