import * as RunResult from "@sluice/core/run/RunResult"
import { UpstreamRestarted } from "@sluice/core/run/StepFailure"
import type { RunEstimate } from "../RunEstimate.ts"
import * as Alongside from "./Alongside.ts"
import * as EventText from "./EventText.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PartitionProgress from "./PartitionProgress.ts"
import type { Style } from "./Style.ts"

/** The context of the live lines. */
export interface At {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly estimate: RunEstimate
  /** The upstreams of each step, by asset. */
  readonly upstreams: ReadonlyMap<string, ReadonlyArray<string>>
}

/**
 * The live lines of a run: one for each asset that runs or waits for a retry, and one for the whole run. No line is wider than the
 * terminal, because the next ones are drawn over them.
 */
export const lines = (result: RunResult.RunResult, at: At, style: Style): ReadonlyArray<string> => {
  const { estimate, now } = at
  const steps = RunResult.stepsOf(result)
  const active = steps.filter(({ state }) => state._tag === "Running" || state._tag === "Waiting")
  const nameWidth = Math.max(0, ...active.map(({ asset }) => asset.length))
  const frame = style.marks.spinner[Math.floor(now / 100) % style.marks.spinner.length] ?? ""
  const rows = steps.reduce((sum, { state }) => sum + rowsOf(state), 0)
  const whole = [
    `${steps.filter(({ state }) => !RunResult.isOpen(state)).length} of ${steps.length} done`,
    ...(rows > 0 ? [Human.plural(rows, "row")] : []),
    `${Human.duration(Math.max(0, now - Date.parse(result.startedAt)))}${expected(estimate.total)}`
  ]
  return [
    ...active.slice(0, mostLines).map((step) => {
      const alongside = (at.upstreams.get(step.asset) ?? []).filter((up) => active.some(({ asset }) => asset === up))
      return stepLine(step, alongside, at, frame, nameWidth, style)
    }),
    ...(active.length > mostLines ? [style.dim(`  and ${active.length - mostLines} more`)] : []),
    style.dim(Layout.truncate(`  ${whole.join(` ${style.marks.separator} `)}`, style.columns - 1, style.marks.ellipsis))
  ]
}

/** The most live lines, so that they fit a terminal's height. */
const mostLines = 12

const expected = (millis: number | undefined): string => (millis === undefined ? "" : ` of about ${Human.duration(millis)}`)

/** The rows that a step has handled so far. */
const rowsOf = (state: RunResult.StepState): number => {
  if (state._tag === "Running") return state.rows
  const rows = state._tag === "Succeeded" ? state.metadata["rows"] : undefined
  return typeof rows === "number" ? rows : 0
}

const stepLine = (
  step: RunResult.StepResult,
  alongside: ReadonlyArray<string>,
  at: At,
  frame: string,
  nameWidth: number,
  style: Style
): string => {
  const { asset, state } = step
  const { estimate, now } = at
  const name = Layout.padEnd(asset, nameWidth)
  const room = style.columns - nameWidth - 7
  const fit = (text: string) => style.dim(Layout.truncate(text, room, style.marks.ellipsis))
  if (state._tag === "Waiting") {
    const waits =
      state.error.tag === UpstreamRestarted._tag
        ? [`attempt ${state.attempt} was stopped`, "restarts", ...Alongside.words(alongside)].join(
            ` ${style.marks.separator} `
          )
        : `waits ${Human.duration(state.delayMillis)} before attempt ${state.attempt + 1}${EventText.outOf(state.attempts)}: ${style.worded(state.error.message)}`
    return `  ${style.yellow(style.marks.retry)} ${name}  ${fit(waits)}`
  }
  if (state._tag !== "Running") return `  ${name}`
  const making = PartitionProgress.of(step, at)
  if (making !== undefined) return `  ${style.cyan(frame)} ${name}  ${PartitionProgress.line(making, room, style)}`
  const millis = Math.max(0, now - Date.parse(state.since))
  const facts = [
    ...(state.rows > 0 ? [Human.plural(state.rows, "row")] : []),
    ...(state.rows > 0 && millis >= 200 ? [`${Human.count((state.rows * 1000) / millis)} rows/s`] : []),
    ...(state.attempt > 1 ? [`attempt ${state.attempt}`] : []),
    `${Human.duration(millis)}${expected(estimate.steps.get(asset))}`,
    ...Alongside.words(alongside)
  ]
  return `  ${style.cyan(frame)} ${name}  ${fit(facts.join(` ${style.marks.separator} `))}`
}
