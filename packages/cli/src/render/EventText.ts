import type { Metadata } from "@sluice/core/asset/Metadata"
import * as Signature from "@sluice/core/partition/Signature"
import type { Action } from "@sluice/core/plan/Plan"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { UpstreamRestarted } from "@sluice/core/run/StepFailure"
import * as Alongside from "./Alongside.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** An event in words: its sign, its asset's name, and what happened. */
export interface Told {
  readonly head: string
  readonly text: string
}

/**
 * Renders the events of a run in order, one line each. Returns undefined for an event without a line. `nameWidth` aligns the text
 * after the names.
 */
export const liner = (nameWidth: number, style: Style): ((event: RunEvent) => string | undefined) => {
  const alongside = Alongside.following()
  return (event) => {
    const told = tell(event, nameWidth, style, {
      lastError: undefined,
      alongside: alongside(event),
      hasToldPartitions: false
    })
    return told === undefined ? undefined : joined(told)
  }
}

/** The text of an event as one line. */
export const joined = ({ head, text }: Told): string => `${head}  ${text}`.trimEnd()

/**
 * Puts the events of a run in words, in order. A repeated error is quoted once; later attempts refer to it.
 */
export const teller = (nameWidth: number, style: Style): ((event: RunEvent) => Told | undefined) => {
  const errors = new Map<string, string>()
  const unmade = new Set<string>()
  const alongside = Alongside.following()
  return (event) => {
    const before: Before = {
      lastError: "asset" in event ? errors.get(event.asset) : undefined,
      alongside: alongside(event),
      hasToldPartitions: "asset" in event && unmade.has(event.asset)
    }
    if (event._tag === "StepRetrying" || event._tag === "StepFailed" || event._tag === "PartitionsFailed") {
      errors.set(event.asset, event.error.message)
    }
    if (event._tag === "PartitionsFailed") unmade.add(event.asset)
    return tell(event, nameWidth, style, before)
  }
}

/** Context from earlier events. */
interface Before {
  /** The last quoted error of the asset. */
  readonly lastError: string | undefined
  /** Whether partitions of the asset have failed, and their error was quoted. */
  readonly hasToldPartitions: boolean
  /** The running upstreams of a step that starts. */
  readonly alongside: ReadonlyArray<string>
}

const tell = (event: RunEvent, nameWidth: number, style: Style, before: Before): Told | undefined => {
  const { marks, dim } = style
  const told = (mark: string, asset: string, text: string): Told => ({
    head: `${mark} ${Layout.padEnd(asset, nameWidth)}`,
    text
  })
  switch (event._tag) {
    case "RunStarted":
    case "StepProgressed":
    case "PartitionsSucceeded":
    case "RunConcluded":
      return undefined
    case "StepStarted": {
      const attempt = event.attempt === 1 ? [] : [`attempt ${event.attempt}`]
      const text = [...attempt, ...Alongside.words(before.alongside)].join(", ")
      return told(dim(marks.running), event.asset, text === "" ? "" : dim(text))
    }
    case "StepRetrying": {
      // A step that was stopped because its source restarts did not fail. It waits only for that source.
      const [failed, again] =
        event.error.tag === UpstreamRestarted._tag
          ? ["was stopped", ""]
          : ["failed", `, again in ${Human.duration(event.delayMillis)}`]
      const which = `attempt ${event.attempt}${outOf(event.attempts)}`
      const text =
        event.error.message === before.lastError
          ? `${which} ${failed} the same way${again}`
          : `${which} ${failed}${again}: ${style.worded(event.error.message)}`
      return told(style.yellow(marks.retry), event.asset, text)
    }
    case "StepSucceeded":
      return told(
        event.action === "load" ? dim(marks.loaded) : style.green(marks.ok),
        event.asset,
        [...done(event.action), ...facts(event.metadata), Human.duration(event.durationMillis)].join(
          dim(` ${marks.separator} `)
        )
      )
    case "StepUnchanged":
      return told(dim(marks.unchanged), event.asset, dim(unchanged(event.since)))
    case "StepFailed": {
      const text = before.hasToldPartitions
        ? event.error.message === before.lastError
          ? "failed"
          : `failed: ${style.worded(brief(event.error.message))}`
        : event.error.message === before.lastError
          ? `attempt ${event.attempt} failed the same way, and was the last`
          : `failed: ${style.worded(event.error.message)}`
      return told(style.red(marks.failed), event.asset, text)
    }
    case "CheckEvaluated":
      return told(checkMark(event, style), event.asset, style.worded(check(event)))
    case "StepSkipped":
      return told(dim(marks.skipped), event.asset, dim(skipped(event.causes)))
    case "StepCanceled":
      return told(dim(marks.skipped), event.asset, dim("canceled"))
    case "PartitionsFailed":
      return told(
        style.red(marks.failed),
        event.asset,
        `${Signature.text(event.set, event.partitions)} failed${event.error.message === before.lastError ? " the same way" : `: ${style.worded(event.error.message)}`}`
      )
    case "PartitionsSkipped":
      return told(
        dim(marks.skipped),
        event.asset,
        dim(`${Signature.text(event.set, event.partitions)} ${skipped(event.causes)}`)
      )
    case "PartitionsLate":
      return told(
        style.yellow(marks.warning),
        event.asset,
        `${Human.plural(event.rows, "late row")} for ${Signature.text(event.set, event.partitions)}`
      )
  }
}

/** The first sentence of an error. */
export const brief = (message: string): string => message.split(/(?<=[.!?])\s/)[0] ?? ""

/** What was done with an asset that was not materialized. */
export const done = (action: Action): ReadonlyArray<string> => {
  switch (action) {
    case "materialize":
      return []
    case "load":
      return ["loaded"]
    case "check":
      return ["checked"]
    case "observe":
      return ["observed"]
  }
}

/** ` of 4`, if the number of attempts is known. */
export const outOf = (attempts: number | undefined): string => (attempts === undefined ? "" : ` of ${attempts}`)

/** The result of a check, in words. */
export const check = ({ check: name, metadata, ...result }: Check): string =>
  [`check ${name} ${verdict(result)}`, ...facts(metadata)].join(", ")

/** The name of a check's result. */
export const verdict = ({ blocking, passed, severity }: Pick<Check, "blocking" | "passed" | "severity">): string => {
  if (passed) return "passed"
  if (severity === "warn") return "warns"
  return blocking ? "failed and blocks" : "failed"
}

export const checkMark = ({ passed, severity }: Check, style: Style): string => {
  if (passed) return style.green(style.marks.ok)
  return severity === "error" ? style.red(style.marks.failed) : style.yellow(style.marks.warning)
}

/** A check and its result. */
type Check = Pick<
  Extract<RunEvent, { readonly _tag: "CheckEvaluated" }>,
  "check" | "severity" | "blocking" | "passed" | "metadata"
>

/** Why a step was skipped. */
export const skipped = (causes: ReadonlyArray<string>): string => `skipped: ${Human.list(causes)} failed`

/** The text of an unchanged asset, which was skipped. */
export const unchanged = (since: string): string => `unchanged since ${Human.time(since)}`

/** The metadata of a materialization in words, rows first, without zeros and false values. */
export const facts = ({ rows, ...others }: Metadata): ReadonlyArray<string> => [
  ...(typeof rows === "number" ? [Human.plural(rows, "row")] : []),
  ...otherFacts(others)
]

/** The metadata without the rows. */
export const otherFacts = ({ rows: _, ...others }: Metadata): ReadonlyArray<string> =>
  Object.entries(others).flatMap(([key, value]) => {
    const plural = key.replaceAll("_", " ")
    const name = value === 1 ? plural.replace(/\b(row|field|duplicate|conflict|difference|partition)s\b/, "$1") : plural
    if (value === 0 || value === false || value === "") return []
    // The reason why a check could not be evaluated is a separate sentence.
    if (key === "error") return [String(value)]
    if (typeof value === "number") return [`${Human.count(value)} ${name}`]
    return [value === true ? name : `${name} ${value}`]
  })
