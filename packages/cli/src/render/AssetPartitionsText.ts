import * as Signature from "@sluice/core/partition/Signature"
import type { PartitionReport } from "@sluice/core/plan/PartitionReport"
import type { PartitionStrip } from "@sluice/core/plan/PartitionStrip"
import type { PartitionRecord } from "@sluice/core/run/PartitionRecord"
import * as EventText from "./EventText.ts"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PartitionsText from "./PartitionsText.ts"
import * as StripText from "./StripText.ts"
import type { Style } from "./Style.ts"

/** The partitions of one asset, for its page. */
export interface AssetPartitions {
  readonly report: PartitionReport
  readonly strip: PartitionStrip
  /** The last failures of partitions that still count as failed, newest first. */
  readonly failures: ReadonlyArray<PartitionRecord>
  /** The records of the partitions that are named, newest first; undefined if none is named. */
  readonly records: { readonly text: string; readonly all: ReadonlyArray<PartitionRecord> } | undefined
}

/** The numbers, the strip, and the last failures. */
export const lines = ({ failures, report, strip }: AssetPartitions, style: Style): ReadonlyArray<string> => [
  `  ${PartitionsText.paint(report.counts, style)(PartitionsText.words(report.counts))} ${style.dim(`(${report.set})`)}`,
  ...report.causes.flatMap((each) =>
    Layout.hang("  ", `${Human.count(each.count)} stale: ${PartitionsText.cause(each)}: ${each.text}`, style.columns)
  ),
  ...(report.orphaned === "" ? [] : Layout.hang("  ", `orphaned: ${report.orphaned}`, style.columns)),
  ...StripText.lines(strip, style),
  ...failures.flatMap((record) =>
    Layout.hang(
      `  ${style.red(style.marks.failed)} `,
      `${Signature.text(record.set, record.partitions)} failed ${Human.time(record.at)}, run ${record.runId}: ${style.worded(record.error?.message ?? "")}`,
      style.columns
    )
  )
]

/** What runs recorded of the named partitions, newest first, one line each. */
export const recordLines = (records: ReadonlyArray<PartitionRecord>, style: Style): ReadonlyArray<string> =>
  records.length === 0
    ? ["  no run has recorded anything about it"]
    : Layout.table(
        records.map((record) => [
          `  ${Human.time(record.at)}`,
          style.cyan(record.runId),
          statusOf(record, style),
          Signature.text(record.set, record.partitions, 1),
          [
            ...(record.durationMillis === undefined ? [] : [Human.duration(record.durationMillis)]),
            ...EventText.facts(record.metadata),
            ...(record.error === undefined ? [] : [style.worded(record.error.message)])
          ].join(", ")
        ]),
        style.columns
      )

const statusOf = ({ status }: PartitionRecord, style: Style): string =>
  status === "succeeded" ? style.green("made") : status === "failed" ? style.red(status) : style.yellow(status)
