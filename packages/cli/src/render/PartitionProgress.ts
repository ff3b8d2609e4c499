import type { PartitionCounts } from "@sluice/core/run/PartitionCounts"
import type { StepResult } from "@sluice/core/run/RunResult"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** A step that makes partitions, in progress. */
export interface Making {
  readonly partitions: PartitionCounts
  /** Milliseconds since the step started. */
  readonly millis: number
  /** The expected milliseconds of the whole step, before any of its partitions is made. */
  readonly expected: number | undefined
}

/** A step that runs and makes partitions; undefined if it does not. */
export const of = (
  { asset, partitions, state }: StepResult,
  at: { readonly now: number; readonly estimate: { readonly steps: ReadonlyMap<string, number> } }
): Making | undefined =>
  partitions === undefined || state._tag !== "Running"
    ? undefined
    : { partitions, millis: Math.max(0, at.now - Date.parse(state.since)), expected: at.estimate.steps.get(asset) }

/** A bar, the numbers by state, the rate and the time that is left, in at most `room` columns. */
export const line = (making: Making, room: number, style: Style): string => {
  const text = words(making).join(` ${style.marks.separator} `)
  const length = Math.min(longestBar, room - Layout.width(text) - 2)
  if (length < shortestBar) return style.dim(Layout.truncate(text, room, style.marks.ellipsis))
  return `${bar(making.partitions, length, style)}  ${style.dim(text)}`
}

/** `12 of 31 partitions`, `1 failed`, `4.2/s`, `4.5 s left`. */
export const words = ({ expected, millis, partitions }: Making): ReadonlyArray<string> => {
  const { failed, made, skipped, total } = partitions
  const ended = made + failed + skipped
  const perMilli = millis < leastMillis ? 0 : (made + failed) / millis
  const left =
    perMilli > 0 ? (total - ended) / perMilli : ended === 0 && expected !== undefined ? expected - millis : undefined
  return [
    `${Human.count(made)} of ${Human.plural(total, "partition")}`,
    ...(failed === 0 ? [] : [`${Human.count(failed)} failed`]),
    ...(skipped === 0 ? [] : [`${Human.count(skipped)} skipped`]),
    ...(perMilli === 0 ? [] : [rate(perMilli * 1000)]),
    ...(left === undefined || left <= 0 ? [] : [`${Human.duration(left)} left`])
  ]
}

const rate = (perSecond: number): string =>
  perSecond >= 10
    ? `${Human.count(perSecond)}/s`
    : perSecond >= 1
      ? `${perSecond.toFixed(1)}/s`
      : `${(perSecond * 60).toFixed(1)}/min`

/** A rate of less time says nothing. */
const leastMillis = 200
const longestBar = 24
const shortestBar = 6

const bar = ({ failed, made, skipped, total }: PartitionCounts, length: number, style: Style): string => {
  const [full, empty] = style.unicode ? ["█", "░"] : ["#", "."]
  const share = (count: number) => (total === 0 ? 0 : Math.floor((count / total) * length))
  const broken = failed + skipped === 0 ? 0 : Math.max(1, share(failed + skipped))
  const done = Math.min(share(made), length - broken)
  return [
    style.green(full.repeat(done)),
    style.red((style.unicode ? "▒" : "x").repeat(broken)),
    style.dim(empty.repeat(length - done - broken))
  ].join("")
}
