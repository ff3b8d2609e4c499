import { type Counts, type PartitionReport, recutRemedy, wholeRemedy } from "@sluice/core/plan/PartitionReport"
import type { Cause } from "@sluice/core/plan/PartitionStaleness"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** The partitions of an asset by state: the number and the ranges of each, why some are stale, and what to do. */
export const lines = (name: string, report: PartitionReport, style: Style): ReadonlyArray<string> => {
  const { counts, recut } = report
  const row = (title: string, count: number, text: string, paint: (words: string) => string) =>
    count === 0 ? [] : [[`  ${paint(title)}`, Layout.padStart(Human.count(count), 6), text]]
  const rows = [
    ...row("made", counts.made, report.made, style.green),
    ...row("missing", counts.missing, report.missing, style.dim),
    ...row("failed", counts.failed, report.failed, style.red),
    ...row("stale", counts.stale, report.stale, style.yellow),
    ...report.causes.flatMap((each) => row(`  ${cause(each)}`, each.count, each.text, style.dim)),
    ...(report.orphaned === ""
      ? []
      : [
          [
            `  ${style.yellow("orphaned")}`,
            counts.orphaned === undefined ? "" : Layout.padStart(Human.count(counts.orphaned), 6),
            report.orphaned
          ]
        ])
  ]
  return [
    `${style.bold(name)} ${style.dim(`${Human.plural(counts.total, "partition")} of ${report.set}`)}`,
    ...Layout.table(rows, style.columns),
    ...notes(name, report).flatMap((note) =>
      Layout.hang(`${style.yellow(style.marks.warning)} `, style.worded(note), style.columns)
    ),
    ...(recut.length === 0 && counts.made === counts.total && counts.stale + counts.failed === 0
      ? [`${style.green(style.marks.ok)} Every partition is made and fresh.`]
      : [])
  ]
}

/** The partitions as JSON: `{ asset, set, counts, made, missing, failed, stale, causes, orphaned, recut, isMadeWhole }`. */
export const json = (name: string, report: PartitionReport): string =>
  JSON.stringify({ asset: name, ...report, counts: { ...report.counts, orphaned: report.counts.orphaned ?? null } }, null, 2)

/** What to do about partitions that are of no use any more. */
const notes = (name: string, { isMadeWhole, orphaned, recut }: PartitionReport): ReadonlyArray<string> => {
  if (isMadeWhole) return [`The table ${wholeRemedy(name)}`]
  if (recut.length > 0) return [`${recut.join(" ")} ${recutRemedy(name)}`]
  return orphaned === ""
    ? []
    : [`The set no longer has the orphaned partitions. \`sluice partitions prune ${name}\` removes them with their rows.`]
}

/** The numbers in a few words: `92 made`, `80 of 92 made, 2 failed, 5 stale, 31 orphaned`. */
export const words = ({ failed, made, orphaned, stale, total }: Counts): string =>
  [
    made === total ? `${Human.count(made)} made` : `${Human.count(made)} of ${Human.count(total)} made`,
    ...(failed === 0 ? [] : [`${Human.count(failed)} failed`]),
    ...(stale === 0 ? [] : [`${Human.count(stale)} stale`]),
    ...(orphaned === 0 ? [] : [`${orphaned === undefined ? "some" : Human.count(orphaned)} orphaned`])
  ].join(", ")

/** Colours the words by what is wrong. */
export const paint = ({ failed, made, orphaned, stale, total }: Counts, style: Style): ((text: string) => string) =>
  failed > 0 ? style.red : made < total || stale > 0 || orphaned !== 0 ? style.yellow : style.green

/** Why partitions are stale: `code changed`, `orders has new data`. */
export const cause = ({ _tag, asset = "" }: Omit<Cause, "runs">): string => {
  switch (_tag) {
    case "Source":
      return "its source has changed"
    case "Code":
      return "code changed"
    case "CodeUnknown":
      return "its code has no version"
    case "LateRows":
      return "rows arrived late"
    case "Input":
      return `${asset} has new data`
    case "Upstream":
      return `${asset} is stale`
  }
}
