import * as Human from "@sluice/cli/render/Human"
import * as Layout from "@sluice/cli/render/Layout"
import type { Style } from "@sluice/cli/render/Style"
import type { Report } from "./CanarySuite.ts"

/** The report of the canary suite: a line for each searched place, and the forbidden finds. */
export const lines = (report: Report, style: Style): ReadonlyArray<string> => {
  const { bold, dim, green, marks, red } = style
  const rows = report.searched.map(({ atHome, bytes, finds, items, place }) => [
    `  ${finds === 0 ? green(marks.ok) : red(marks.failed)} ${place}`,
    `${Human.count(items)} searched`,
    size(bytes),
    finds === 0 ? "nothing" : red(Human.plural(finds, "find")),
    atHome === 0 ? "" : dim(`${Human.count(atHome)} masked where they belong`)
  ])
  const finds = report.finds.map(({ field, form, place, times, where }) => [
    `  ${red(marks.failed)} ${place}`,
    Layout.printable(where),
    `${field}, ${form}`,
    times === 1 ? "" : `${Human.count(times)} times`
  ])
  return [
    bold(
      `${Human.count(report.canaries)} canaries, ${Human.plural(report.scenarios, "run")} of the pipeline on ${report.store}`
    ),
    ...Layout.align(rows),
    ...(finds.length === 0 ? [] : ["", bold("Found where it must not be"), ...Layout.align(finds.slice(0, shown))]),
    ...(finds.length > shown ? [dim(`  and ${Human.count(finds.length - shown)} more`)] : []),
    ...report.problems.map((problem) => `${red(marks.failed)} ${problem}`)
  ]
}

const shown = 100

const size = (bytes: number): string =>
  bytes < 10_000
    ? `${Human.count(bytes)} B`
    : bytes < 10e6
      ? `${Human.count(bytes / 1e3)} kB`
      : `${Human.count(bytes / 1e6)} MB`
