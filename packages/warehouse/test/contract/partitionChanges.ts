import * as Partitions from "@sluice/core/partition/Partitions"
import * as Slice from "@sluice/core/partition/Slice"
import * as Standing from "@sluice/core/partition/Standing"
import type { Stored } from "@sluice/core/partition/Stored"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { daysOf, partitionsFailed, partitionsLate, partitionsMade } from "./runEvents.ts"

/** The standing after events. */
export const folded = (...events: ReadonlyArray<Standing.Event>) =>
  events.reduce<Standing.Standing | undefined>(Standing.after, undefined)

const space = Either.getOrThrow(Partitions.daily("days", { start: "1970-01-01", end: "1970-03-31" }).at({ now: 1e11 }))

/** The numbers of the days that were made. */
export const madeDays = (standing: Standing.Standing | undefined): ReadonlyArray<number> =>
  standing === undefined
    ? []
    : [...Slice.keysOf(space, Standing.at(space, standing).made)].map((key) => Date.parse(key) / 86_400_000)

export const change = FastCheck.record({
  what: FastCheck.constantFrom("made", "made", "failed", "late", "forget", "prune", "invalidate"),
  code: FastCheck.constantFrom("c1", "c2"),
  days: FastCheck.tuple(FastCheck.nat(20), FastCheck.nat(5)).map(([first, more]) => daysOf(first, first + more))
})

export const events: Readonly<Record<string, (run: string, days: Stored, code: string) => Standing.Event>> = {
  made: (run, days, code) => partitionsMade(run, "laws", [days], { code }),
  failed: (run, days) => partitionsFailed(run, "laws", days),
  late: (run, days) => partitionsLate(run, "laws", days, 1)
}
