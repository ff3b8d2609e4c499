import type { Metadata } from "@sluice/core/asset/Metadata"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { UpstreamRestarted } from "@sluice/core/run/StepFailure"
import * as Alongside from "./Alongside.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** An event told: its sign and its asset's name, and what happened to it. */
export interface Told {
  readonly head: string
  readonly text: string
}

/**
 * All of a run's events in order, each as one line for whoever reads along in a file; undefined for those that tell nothing by
 * themselves. `nameWidth` aligns what follows the names.
 */
export const liner = (nameWidth: number, style: Style): ((event: RunEvent) => string | undefined) => {
  const alongside = Alongside.following()
  return (event) => {
    const told = tell(event, nameWidth, style, { lastError: undefined, alongside: alongside(event) })
    return told === undefined ? undefined : joined(told)
  }
}

/** What is told of an event as one line. */
export const joined = ({ head, text }: Told): string => `${head}  ${text}`.trimEnd()

/**
 * The same for all of a run's events in order: an error is told in full once, and of an attempt that failed with the same one,
 * that it did.
 */
export const teller = (nameWidth: number, style: Style): ((event: RunEvent) => Told | undefined) => {
  const errors = new Map<string, string>()
  const alongside = Alongside.following()
  return (event) => {
    const before: Before = {
      lastError: "asset" in event ? errors.get(event.asset) : undefined,
      alongside: alongside(event)
    }
    if (event._tag === "StepRetrying" || event._tag === "StepFailed") errors.set(event.asset, event.error.message)
    return tell(event, nameWidth, style, before)
  }
}

/** What earlier events say of one. */
interface Before {
  /** The error that was told of the asset last. */
  readonly lastError: string | undefined
  /** The assets that a step which starts is made from, and that are still being made. */
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
    case "RunConcluded":
      return undefined
    case "StepStarted": {
      const attempt = event.attempt === 1 ? [] : [`attempt ${event.attempt}`]
      const text = [...attempt, ...Alongside.words(before.alongside)].join(", ")
      return told(dim(marks.running), event.asset, text === "" ? "" : dim(text))
    }
    case "StepRetrying": {
      // One that was stopped because its source begins again has not failed, and waits for that source alone.
      const [failed, again] =
        event.error.tag === UpstreamRestarted._tag
          ? ["was stopped", ""]
          : ["failed", `, again in ${Human.duration(event.delayMillis)}`]
      const which = `attempt ${event.attempt}${outOf(event.attempts)}`
      const text =
        event.error.message === before.lastError
          ? `${which} ${failed} the same way${again}`
          : `${which} ${failed}${again}: ${event.error.message}`
      return told(style.yellow(marks.retry), event.asset, text)
    }
    case "StepSucceeded":
      return told(
        event.action === "load" ? dim(marks.loaded) : style.green(marks.ok),
        event.asset,
        [
          ...(event.action === "materialize" ? [] : [event.action === "load" ? "loaded" : "checked"]),
          ...facts(event.metadata),
          Human.duration(event.durationMillis)
        ].join(dim(` ${marks.separator} `))
      )
    case "StepUnchanged":
      return told(dim(marks.unchanged), event.asset, dim(unchanged(event.since)))
    case "StepFailed": {
      const text =
        event.error.message === before.lastError
          ? `attempt ${event.attempt} failed the same way, and was the last`
          : `failed: ${event.error.message}`
      return told(style.red(marks.failed), event.asset, text)
    }
    case "CheckEvaluated":
      return told(checkMark(event, style), event.asset, check(event))
    case "StepSkipped":
      return told(dim(marks.skipped), event.asset, dim(skipped(event.causes)))
    case "StepCanceled":
      return told(dim(marks.skipped), event.asset, dim("canceled"))
  }
}

/** ` of 4`, where it is known how many attempts there may be. */
export const outOf = (attempts: number | undefined): string => (attempts === undefined ? "" : ` of ${attempts}`)

/** What a check found, in words. */
export const check = ({ check: name, metadata, ...result }: Check): string =>
  [`check ${name} ${verdict(result)}`, ...facts(metadata)].join(", ")

/** What a check's result is called. */
export const verdict = ({ blocking, passed, severity }: Pick<Check, "blocking" | "passed" | "severity">): string => {
  if (passed) return "passed"
  if (severity === "warn") return "warns"
  return blocking ? "failed and blocks" : "failed"
}

export const checkMark = ({ passed, severity }: Check, style: Style): string => {
  if (passed) return style.green(style.marks.ok)
  return severity === "error" ? style.red(style.marks.failed) : style.yellow(style.marks.warning)
}

/** A check and what it found. */
type Check = Pick<
  Extract<RunEvent, { readonly _tag: "CheckEvaluated" }>,
  "check" | "severity" | "blocking" | "passed" | "metadata"
>

/** Why a step was skipped. */
export const skipped = (causes: ReadonlyArray<string>): string => `skipped: ${Human.list(causes)} failed`

/** That an asset was left as it is. */
export const unchanged = (since: string): string => `unchanged since ${Human.time(since)}`

/** A materialization's facts in words, rows first, what is zero or false left out. */
export const facts = ({ rows, ...others }: Metadata): ReadonlyArray<string> => [
  ...(typeof rows === "number" ? [Human.plural(rows, "row")] : []),
  ...otherFacts(others)
]

/** The facts besides the rows. */
export const otherFacts = ({ rows: _, ...others }: Metadata): ReadonlyArray<string> =>
  Object.entries(others).flatMap(([key, value]) => {
    const plural = key.replaceAll("_", " ")
    const name = value === 1 ? plural.replace(/\b(row|field|duplicate|conflict|difference)s\b/, "$1") : plural
    if (value === 0 || value === false || value === "") return []
    // Why a check could not be evaluated is a sentence of its own.
    if (key === "error") return [String(value)]
    if (typeof value === "number") return [`${Human.count(value)} ${name}`]
    return [value === true ? name : `${name} ${value}`]
  })
