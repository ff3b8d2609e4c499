import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { Failure } from "../asset/Failure.ts"

/** An attempt took longer than its asset allows. */
export class StepTimedOut extends Schema.TaggedError<StepTimedOut>()("StepTimedOut", {
  asset: Schema.String,
  limitMillis: Schema.Number
}) {
  readonly retryable = true
  override get message() {
    return `"${this.asset}" took longer than its timeout of ${Duration.format(Duration.millis(this.limitMillis))}. Raise the asset's \`timeout\` if it needs more.`
  }
}

/** Blocking checks refused the rows that were about to be published. */
export class CheckFailed extends Schema.TaggedError<CheckFailed>()("CheckFailed", {
  asset: Schema.String,
  checks: Schema.Array(Schema.String),
  /** Whether the rows were only staged: nobody has seen them then. */
  staged: Schema.Boolean
}) {
  readonly retryable = false
  override get message() {
    const names = this.checks.join(", ")
    return `"${this.asset}" did not pass ${names}${this.staged ? "; what was published before stays" : ""}. \`pnpm assets asset ${this.asset}\` shows what its checks found.`
  }
}

/** A run took longer than it may. */
export class RunTimedOut extends Schema.TaggedError<RunTimedOut>()("RunTimedOut", { limitMillis: Schema.Number }) {
  readonly retryable = false
  override get message() {
    return `The run took longer than its timeout of ${Duration.format(Duration.millis(this.limitMillis))}; what had not ended was canceled.`
  }
}

/**
 * What went wrong in an attempt, as events may tell it. Typed errors speak for themselves. Of a defect, whose message might
 * quote data, only its kind and the place in the code are told.
 */
export const fromCause = (asset: string, cause: Cause.Cause<Failure>): Failure => {
  const failure = Chunk.head(Cause.failures(cause))
  if (failure._tag === "Some") return failure.value
  const defect = Chunk.head(Cause.defects(cause))
  if (defect._tag === "None") {
    return {
      _tag: "Interrupted",
      message: `"${asset}" was interrupted from inside.`,
      retryable: false
    }
  }
  return {
    _tag: "Defect",
    message: `"${asset}" broke with an unexpected ${kindOf(defect.value)}${placeOf(defect.value)}. This is a bug in the asset or in what it uses; its message is withheld because it could quote data.`,
    retryable: false
  }
}

const kindOf = (defect: unknown): string => (defect instanceof Error ? defect.name : typeof defect)

const placeOf = (defect: unknown): string => {
  if (!(defect instanceof Error) || defect.stack === undefined) return ""
  // The stack begins with the message, whose lines may look like frames.
  const end = defect.stack.indexOf(defect.message)
  const frames = end < 0 ? "" : defect.stack.slice(end + defect.message.length)
  const frame = frames.split("\n").find((line) => /^\s+at .*:\d+:\d+\)?$/.test(line))
  return frame === undefined ? "" : ` (${frame.trim()})`
}
