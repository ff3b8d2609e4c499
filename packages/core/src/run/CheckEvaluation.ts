import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type * as AssetCheck from "../asset/AssetCheck.ts"
import type { Failure } from "../asset/Failure.ts"
import { shellWord } from "../command/shellWord.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import type { Slice } from "../partition/Slice.ts"
import type { Action } from "../plan/Plan.ts"
import type { Draft } from "./EventLog.ts"
import * as StepFailure from "./StepFailure.ts"
import { ThrownErrors } from "./ThrownErrors.ts"

/** The step whose checks are evaluated. */
export interface Options {
  readonly runId: string
  readonly asset: Asset.Any
  readonly action: Action
  /** The partitions that the step has made; undefined if it is about the whole asset. */
  readonly slice: Slice | undefined
  readonly context: Context.Context<never>
  readonly emit: (event: Draft) => void
}

/**
 * Evaluates checks, and reports their outcomes in the order of the checks. Returns the names of those that failed. Staged rows
 * may be visible to one connection only, which runs one check after another. Checks of published rows run a few at a time. If the
 * step has made partitions, they read the rows of these.
 */
export const run = (options: Options, checks: ReadonlyArray<AssetCheck.Any>, subject: AssetCheck.Subject) =>
  Effect.suspend(() => {
    const outcomes = new Map<AssetCheck.Any, AssetCheck.Outcome>()
    let told = 0
    const tellInOrder = () => {
      for (const check of checks.slice(told)) {
        const outcome = outcomes.get(check)
        if (outcome === undefined) return
        told++
        tell(options, check, outcome)
      }
    }
    const { asset, slice } = options
    const slices = asset.storage._tag === "Stored" ? asset.storage.slices : undefined
    const evaluated = (check: AssetCheck.Any) =>
      Effect.suspend(() =>
        subject._tag === "Published" && slice !== undefined && slices !== undefined
          ? slices.evaluate(check, slice, undefined)
          : check.evaluate(subject)
      )
    const one = (check: AssetCheck.Any) =>
      Effect.map(
        outcomeOf(options, evaluated(check), decides(check, options.action) ? repeating(options) : checking(options)),
        ({ metadata, passed }) => {
          outcomes.set(check, { passed, metadata })
          tellInOrder()
          return passed ? [] : [check.name]
        }
      )
    const concurrency = subject._tag === "Staged" ? 1 : checksAtOnce
    return Effect.map(Effect.forEach(checks, one, { concurrency }), (failed) => failed.flat())
  })

/** Reports the outcome of a check. */
export const tell = (
  { asset, emit, runId }: Options,
  { blocking, name, severity }: AssetCheck.Any,
  outcome: AssetCheck.Outcome
): void => emit({ _tag: "CheckEvaluated", runId, asset: asset.name, check: name, severity, blocking, ...outcome })

/** The outcome of a check. One that cannot be evaluated has failed. `command` repeats the check, for the message. */
export const outcomeOf = (
  { asset, context }: Options,
  evaluated: Effect.Effect<AssetCheck.Outcome, Failure, unknown>,
  command: string
) =>
  Effect.provide(unsafeCast<Effect.Effect<AssetCheck.Outcome, Failure>>(evaluated), context).pipe(
    Effect.catchAllCause((cause) =>
      Effect.as(reportThrown(asset, cause), {
        passed: false,
        metadata: { error: StepFailure.fromCause(asset.name, cause, command).message }
      })
    )
  )

/** Whether a check fails its step: a blocking one, or every error if the step only evaluates checks. */
export const decides = ({ blocking, severity }: AssetCheck.Any, action: Action): boolean =>
  action === "check" ? severity === "error" : blocking

/**
 * The command that repeats a step. It names the run of partitions, and not the partitions: an error that many partitions have is
 * recorded once for all of them.
 */
export const repeating = (options: Pick<Options, "action" | "asset" | "runId" | "slice">): string => {
  if (options.action === "check") return checking(options)
  return options.slice === undefined ? `materialize ${options.asset.name}` : `retry ${options.runId}`
}

/** The command that evaluates the checks of what a step has made. */
export const checking = ({ asset, slice }: Pick<Options, "asset" | "slice">): string =>
  slice === undefined
    ? `check ${asset.name}`
    : `check ${asset.name} --partition ${shellWord(PartitionText.print(slice.space, slice.runs))}`

/** Reports the errors that code has thrown, of a failed step or check. */
export const reportThrown = ({ name }: Asset.Any, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Chunk.isEmpty(Cause.defects(cause)) ? Effect.void : Effect.flatMap(ThrownErrors, ({ report }) => report(name, cause))

/** The number of an asset's checks that run at once. */
const checksAtOnce = 4
