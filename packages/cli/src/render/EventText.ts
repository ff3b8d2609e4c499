import type { Metadata } from "@sluice/core/asset/Metadata"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/**
 * One event as one line, for whoever reads along in a file and for a run's story; undefined for those that tell nothing
 * by themselves. `nameWidth` aligns what follows the names.
 */
export const line = (event: RunEvent, nameWidth: number, style: Style): string | undefined => {
  const { marks, dim } = style
  const told = (mark: string, asset: string, text: string) => `${mark} ${Layout.padEnd(asset, nameWidth)}  ${text}`.trimEnd()
  switch (event._tag) {
    case "RunStarted":
    case "StepProgressed":
    case "RunConcluded":
      return undefined
    case "StepStarted":
      return told(dim(marks.running), event.asset, event.attempt === 1 ? "" : dim(`attempt ${event.attempt}`))
    case "StepRetrying":
      return told(
        style.yellow(marks.retry),
        event.asset,
        `attempt ${event.attempt} failed, again in ${Human.duration(event.delayMillis)}: ${event.error.message}`
      )
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
    case "StepFailed":
      return told(style.red(marks.failed), event.asset, `failed: ${event.error.message}`)
    case "CheckEvaluated":
      return told(checkMark(event, style), event.asset, check(event))
    case "StepSkipped":
      return told(dim(marks.skipped), event.asset, dim(skipped(event.causes)))
    case "StepCanceled":
      return told(dim(marks.skipped), event.asset, dim("canceled"))
  }
}

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
    if (typeof value === "number") return [`${Human.count(value)} ${name}`]
    return [value === true ? name : `${name} ${value}`]
  })
