import * as RunResult from "@sluice/core/run/RunResult"
import * as EventText from "./EventText.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Paint, Style } from "./Style.ts"

/**
 * Summarizes a run: one line per asset with its rows and duration, and its cause if `causes` has one. Failed assets have their error
 * in brief, since it was told in full when it happened, and skipped ones the asset that failed. The last line has the totals.
 */
export const lines = (
  result: RunResult.RunResult,
  causes: ReadonlyMap<string, ReadonlyArray<string>>,
  style: Style
): ReadonlyArray<string> => {
  const steps = RunResult.stepsOf(result)
  const widths: Widths = {
    name: Math.max(0, ...steps.map(({ asset }) => asset.length)),
    rows: Math.max(0, ...steps.map((step) => rowsOf(step).length)),
    duration: Math.max(0, ...steps.map((step) => durationOf(step).length))
  }
  return [
    "",
    ...steps.flatMap((step) => [
      ...stepLines(step, causes.get(step.asset) ?? [], widths, style),
      ...checkLines(step, style)
    ]),
    "",
    ...conclusion(result, style)
  ]
}

/** The last lines of a run: totals, the reason if no step shows it, and the run that it retries. */
export const conclusion = (result: RunResult.RunResult, style: Style): ReadonlyArray<string> => [
  ...totals(result, style),
  ...(result.reason === undefined ? [] : Layout.wrap(style.worded(result.reason), Math.min(style.columns, 100))),
  ...(result.retryOf === undefined ? [] : [style.dim(`It retries run ${result.retryOf}.`)])
]

/** Commands to type next, without the program's name, one line each. */
export const next = (commands: ReadonlyArray<string>, style: Style): ReadonlyArray<string> =>
  commands.map((command, i) => `${i === 0 ? style.dim("Next:") : "     "} ${style.program} ${command}`)

/** The number of steps by result, the duration, and the run's name, wrapped if necessary. */
export const totals = (result: RunResult.RunResult, style: Style): ReadonlyArray<string> => {
  const counted = (tag: RunResult.StepState["_tag"], word: string, paint: (text: string) => string) => {
    const count = RunResult.stepsIn(result, tag).length
    return count === 0 ? [] : [paint(`${count} ${word}`)]
  }
  const parts = [
    ...counted("Succeeded", "succeeded", style.green),
    ...counted("Unchanged", "unchanged", style.dim),
    ...counted("Failed", "failed", style.red),
    ...counted("Skipped", "skipped", style.yellow),
    ...counted("Canceled", "canceled", style.yellow),
    ...counted("Running", "running", style.cyan),
    ...counted("Waiting", "waiting", style.yellow),
    ...counted("Pending", "pending", style.dim),
    ...checksOf(result, style),
    ...(isTimed(result) ? [took(result.status, result.durationMillis ?? 0, style)] : []),
    ...(result.runId === "" ? [] : [style.dim(`run ${result.runId}`)])
  ]
  return Layout.pack(parts, style.dim(` ${style.marks.separator} `), style.columns)
}

/** The duration of a run. Of a crashed run, the time until its last heartbeat, if there was one. */
export const took = (status: RunResult.RunResult["status"], millis: number, { marks }: Style): string => {
  if (status !== "crashed") return Human.duration(millis)
  return millis === 0 ? marks.skipped : `${marks.atLeast}${Human.duration(millis)}`
}

const isTimed = ({ durationMillis, status }: RunResult.RunResult): boolean =>
  durationMillis !== undefined && !(status === "crashed" && durationMillis === 0)

interface Widths {
  readonly name: number
  readonly rows: number
  readonly duration: number
}

const stepLines = (
  step: RunResult.StepResult,
  causes: ReadonlyArray<string>,
  widths: Widths,
  style: Style
): ReadonlyArray<string> => {
  const { marks } = style
  const { state, asset } = step
  const name = Layout.padEnd(asset, widths.name)
  const told = (mark: string, paint: Paint, ...cells: ReadonlyArray<string>) =>
    Layout.table([[`${paint(mark)} ${name}`, ...cells]], style.columns)
  switch (state._tag) {
    case "Succeeded": {
      const others = [
        ...EventText.done(step.action),
        ...causes,
        ...EventText.otherFacts(state.metadata),
        ...(state.attempt > 1 ? [`${state.attempt} attempts`] : [])
      ]
      const measured = `${Layout.padStart(rowsOf(step), widths.rows)}  ${style.dim(Layout.padStart(durationOf(step), widths.duration))}`
      const [mark, paint] = step.action === "load" ? [marks.loaded, style.dim] : [marks.ok, style.green]
      return told(mark, paint, measured, style.dim(others.join(", ")))
    }
    case "Failed": {
      const attempts = state.attempt > 1 ? ` after ${state.attempt} attempts` : ""
      const took = style.dim(`(${Human.duration(state.durationMillis)})`)
      const text = `${style.red(`failed${attempts}`)} ${took}: ${style.worded(EventText.brief(state.error.message))}`
      return [Layout.truncate(`${style.red(marks.failed)} ${name}  ${text}`, style.columns, marks.ellipsis)]
    }
    case "Unchanged":
      return told(marks.unchanged, style.dim, style.dim(EventText.unchanged(state.since)))
    case "Skipped":
      return told(marks.skipped, style.yellow, style.dim(EventText.skipped(state.causes)))
    case "Canceled":
      return told(marks.skipped, style.yellow, style.dim(["canceled", ...madeOf(step)].join(", ")))
    case "Pending":
    case "Running":
    case "Waiting":
      return told(marks.running, style.dim, style.dim(state._tag.toLowerCase()))
  }
}

/** How many partitions a step has made, if its asset is cut. */
const madeOf = ({ partitions }: RunResult.StepResult): ReadonlyArray<string> =>
  partitions === undefined ? [] : [`${Human.count(partitions.made)} of ${Human.plural(partitions.total, "partition")} made`]

/** The checks of an asset that did not pass. Those that made it fail were told when they were evaluated. */
const checkLines = ({ checks, state }: RunResult.StepResult, style: Style): ReadonlyArray<string> =>
  checks.flatMap((check) =>
    check.passed || (state._tag === "Failed" && check.severity === "error")
      ? []
      : Layout.hang(`    ${EventText.checkMark(check, style)} `, style.worded(EventText.check(check)), style.columns)
  )

/** The number of checks, and how many of them failed or warned. */
const checksOf = (result: RunResult.RunResult, style: Style): ReadonlyArray<string> => {
  const checks = RunResult.stepsOf(result).flatMap((step) => step.checks)
  const unmet = (severity: "error" | "warn") => checks.filter((check) => !check.passed && check.severity === severity).length
  const [failed, warnings] = [unmet("error"), unmet("warn")]
  if (checks.length === 0) return []
  if (failed + warnings === 0) return [style.green(`${Human.plural(checks.length, "check")} passed`)]
  const told = Human.plural(warnings, "warning")
  if (failed === 0) return [style.yellow(`${told} in ${Human.plural(checks.length, "check")}`)]
  return [
    style.red(`${failed} of ${Human.plural(checks.length, "check")} failed`),
    ...(warnings === 0 ? [] : [style.yellow(told)])
  ]
}

const rowsOf = ({ state }: RunResult.StepResult): string =>
  state._tag === "Succeeded" && typeof state.metadata["rows"] === "number"
    ? Human.plural(state.metadata["rows"], "row").replace(/row$/, "row ")
    : ""

const durationOf = ({ state }: RunResult.StepResult): string =>
  state._tag === "Succeeded" ? Human.duration(state.durationMillis) : ""
