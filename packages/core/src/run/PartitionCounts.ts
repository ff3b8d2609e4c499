import type { Planned } from "../plan/Plan.ts"
import type { RunEvent } from "./RunEvent.ts"

/** How many partitions a step or a run makes, and how many ended in which way so far. */
export interface PartitionCounts {
  readonly total: number
  readonly made: number
  readonly failed: number
  readonly skipped: number
}

export const none: PartitionCounts = { total: 0, made: 0, failed: 0, skipped: 0 }

/** The partitions that a step is to make; undefined if its asset is not cut. */
export const planned = ({ partitionCount: total }: Planned): PartitionCounts | undefined =>
  total === undefined ? undefined : { ...none, total }

/** Adds the partitions that an event is about. */
export const after = (event: RunEvent, counts: PartitionCounts): PartitionCounts => {
  switch (event._tag) {
    case "PartitionsSucceeded":
      return { ...counts, made: event.slices.reduce((sum, { count = 1 }) => sum + count, counts.made) }
    case "PartitionsFailed":
      return { ...counts, failed: counts.failed + (event.count ?? 1) }
    case "PartitionsSkipped":
      return { ...counts, skipped: counts.skipped + (event.count ?? 1) }
    default:
      return counts
  }
}

export const sum = (all: Iterable<PartitionCounts | undefined>): PartitionCounts => {
  let [total, made, failed, skipped] = [0, 0, 0, 0]
  for (const counts of all) {
    if (counts === undefined) continue
    total += counts.total
    made += counts.made
    failed += counts.failed
    skipped += counts.skipped
  }
  return { total, made, failed, skipped }
}

/** The counts of a backfill after more of its events; undefined for a run that is no backfill. */
export const ofRun = (event: RunEvent, before: PartitionCounts | undefined): PartitionCounts | undefined => {
  if (event._tag === "RunStarted") return event.backfill === true ? sum(event.steps.map(planned)) : undefined
  return before && after(event, before)
}
