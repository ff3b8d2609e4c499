import type { Metadata } from "../asset/Metadata.ts"
import type { Signature } from "../partition/Signature.ts"
import * as Stored from "../partition/Stored.ts"
import type { ErrorInfo, RunEvent } from "./RunEvent.ts"

/** What a run recorded of some partitions of an asset. */
export interface PartitionRecord {
  readonly runId: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** `late`: rows arrived after they were made. */
  readonly status: "succeeded" | "failed" | "skipped" | "late"
  /** What the partitions mean. */
  readonly set: Signature
  /** All partitions that the record is about: of a success, those of one slice. */
  readonly partitions: Stored.Stored
  /** Undefined unless the partitions were made. */
  readonly durationMillis: number | undefined
  /** What the slice reported; of late rows, their number as `rows`; otherwise empty. */
  readonly metadata: Metadata
  /** Undefined unless they failed. */
  readonly error: ErrorInfo | undefined
}

/** An event about partitions of an asset. */
export type PartitionEvent = Extract<RunEvent, { readonly _tag: `Partitions${string}` }>

export const isAboutPartitions = (event: RunEvent): event is PartitionEvent => event._tag.startsWith("Partitions")

/** The records of an event about some partitions, last slice first; empty if it is about none of them. */
export const recordsOf = (event: PartitionEvent, partitions: Stored.Stored): ReadonlyArray<PartitionRecord> =>
  allOf(event)
    .filter((record) => record.partitions.unit === partitions.unit && Stored.overlaps(record.partitions, partitions))
    .reverse()

/** The partitions that an event is about. One for each slice. */
export const slicesOf = (event: PartitionEvent): ReadonlyArray<Stored.Stored> =>
  event._tag === "PartitionsSucceeded" ? event.slices.map(({ partitions }) => partitions) : [event.partitions]

/** The least and the greatest number of the windows of some partitions; undefined if they have no windows. */
export const windowsOf = (all: ReadonlyArray<Stored.Stored>): readonly [first: number, last: number] | undefined => {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { cells } of all) {
    for (const ranges of Object.values(cells)) {
      first = Math.min(first, ranges[0] ?? first)
      last = Math.max(last, ranges.at(-1) ?? last)
    }
  }
  return first <= last ? [first, last] : undefined
}

const allOf = (event: PartitionEvent): ReadonlyArray<PartitionRecord> => {
  const { at, runId, set } = event
  const none = { durationMillis: undefined, metadata: {}, error: undefined }
  switch (event._tag) {
    case "PartitionsSucceeded":
      return event.slices.map((slice) => ({ runId, at, set, status: "succeeded", error: undefined, ...slice }))
    case "PartitionsFailed":
      return [{ runId, at, set, status: "failed", ...none, partitions: event.partitions, error: event.error }]
    case "PartitionsSkipped":
      return [{ runId, at, set, status: "skipped", ...none, partitions: event.partitions }]
    case "PartitionsLate":
      return [{ runId, at, set, status: "late", ...none, partitions: event.partitions, metadata: { rows: event.rows } }]
  }
}
