import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { Failure } from "../asset/Failure.ts"

/** An attempt took longer than the asset's timeout. */
export class StepTimedOut extends Schema.TaggedError<StepTimedOut>()("StepTimedOut", {
  asset: Schema.String,
  limitMillis: Schema.Number
}) {
  readonly retryable = true
  override get message() {
    return `"${this.asset}" took longer than its timeout of ${Duration.format(Duration.millis(this.limitMillis))}. Raise the asset's \`timeout\` if it needs more.`
  }
}

/** A step did not succeed within the asset's deadline for all attempts. */
export class StepDeadlineExceeded extends Schema.TaggedError<StepDeadlineExceeded>()("StepDeadlineExceeded", {
  asset: Schema.String,
  limitMillis: Schema.Number,
  attempts: Schema.Number,
  /** The error of the last attempt that failed by itself, if any. */
  last: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly retryable = false
  override get message() {
    const limit = Duration.format(Duration.millis(this.limitMillis))
    const attempts = this.attempts === 1 ? "1 attempt" : `${this.attempts} attempts`
    const last = this.last === undefined ? "" : ` The last failure: ${this.last}`
    return `"${this.asset}" did not succeed within its deadline of ${limit}, in ${attempts}. Raise the asset's \`deadline\` if it needs more.${last}`
  }
}

/** A step has read an upstream that restarted, and must restart too. */
export class UpstreamRestarted extends Schema.TaggedError<UpstreamRestarted>()("UpstreamRestarted", {
  asset: Schema.String,
  upstream: Schema.String
}) {
  readonly retryable = true
  override get message() {
    return `"${this.asset}" restarts, because its upstream "${this.upstream}" failed or changed while it was read.`
  }
}

/** A run took longer than its timeout. */
export class RunTimedOut extends Schema.TaggedError<RunTimedOut>()("RunTimedOut", { limitMillis: Schema.Number }) {
  readonly retryable = false
  override get message() {
    return `The run took longer than its timeout of ${Duration.format(Duration.millis(this.limitMillis))}. Its unfinished steps were canceled.`
  }
}

/**
 * The error of an attempt, as it is recorded. Typed errors give their message. The message of a defect might quote data, so
 * only its kind and its place in the code are recorded. `command` repeats what failed, and is written without the program's name.
 */
export const fromCause = (asset: string, cause: Cause.Cause<Failure>, command: string): Failure => {
  const failure = Chunk.head(Cause.failures(cause))
  if (failure._tag === "Some") return failure.value
  const defect = defectOf(cause)
  if (defect === undefined) {
    return {
      _tag: "Interrupted",
      message: `"${asset}" was interrupted from inside.`,
      retryable: false
    }
  }
  return {
    _tag: "Defect",
    message: `"${asset}" broke with an unexpected ${defect}. This is a bug in the asset or in what it uses. Its message is not recorded, because it could quote data; \`sluice ${command} --show-errors\` shows it on your own machine.`,
    retryable: false
  }
}

/** The kind of a cause's first defect and its place in the code, without its message. */
export const defectOf = (cause: Cause.Cause<unknown>): string | undefined => {
  const defect = Chunk.head(Cause.defects(cause))
  return defect._tag === "None" ? undefined : `${kindOf(defect.value)}${placeOf(defect.value)}`
}

const kindOf = (defect: unknown): string => (defect instanceof Error ? defect.name : typeof defect)

const placeOf = (defect: unknown): string => {
  const [frame] = framesOf(defect)
  return frame === undefined ? "" : ` (${frame})`
}

/** The frames of a thrown error's stack that have a place in the code: `at FILE:LINE:COLUMN`, `at f (FILE:LINE:COLUMN)`. */
export const framesOf = (thrown: unknown): ReadonlyArray<string> => {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return []
  // The stack begins with the message, whose lines may look like frames.
  const end = thrown.stack.indexOf(thrown.message)
  const frames = end < 0 ? [] : thrown.stack.slice(end + thrown.message.length).split("\n")
  return frames.filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line)).map((line) => line.trim())
}
