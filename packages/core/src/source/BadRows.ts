import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type { Rejects } from "./Rejects.ts"

/** How many rows of a source may be left out before the run is not to be trusted. */
export class BadRowPolicy extends Context.Reference<BadRowPolicy>()("@sluice/core/source/BadRowPolicy", {
  defaultValue: (): {
    readonly maxShare: number
    /** The key of the setting that has `maxShare`, if one has: the error names it. */
    readonly setting?: string
  } => ({ maxShare: 0.1 })
}) {}

/** Too many rows of a source could not be decoded: the source has changed, or is not what it should be. */
export class TooManyBadRows extends Schema.TaggedError<TooManyBadRows>()("TooManyBadRows", {
  source: Schema.String,
  bad: Schema.Int,
  total: Schema.Int,
  maxShare: Schema.Number,
  /** The most frequent reasons, with their counts. */
  reasons: Schema.Array(Schema.String),
  /** The key of the setting that has the limit, if one has. */
  setting: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly retryable = false
  override get message() {
    const limit = this.bad === this.total ? "not one is good" : `the limit is ${percent(this.maxShare)}`
    return `${this.bad} of ${this.total} ${this.source} (${percent(this.bad / this.total)}) could not be decoded; ${limit}. Mostly: ${this.reasons.join("; ")}. Mend the source, or ${this.setting === undefined ? "allow a larger share with `BadRowPolicy`" : `raise ${this.setting}`}.`
  }
}

/** Below so many rows, a share says nothing. */
const leastRows = 20

/**
 * Judges what was left out of a source: fails where rows came and none is good, and where, from 20 rows on, more than
 * `maxShare` of them are bad.
 */
export const judge = (
  source: string,
  total: number,
  rejects: Pick<Rejects, "count" | "reasons">,
  { maxShare, setting }: BadRowPolicy["Type"]
): TooManyBadRows | undefined => {
  const bad = rejects.count()
  const tooMany = bad > 0 && (bad === total || (total >= leastRows && bad > maxShare * total))
  if (!tooMany) return undefined
  const reasons = mostFrequent(rejects.reasons)
  return new TooManyBadRows({ source, bad, total, maxShare, reasons, ...(setting === undefined ? {} : { setting }) })
}

const mostFrequent = (reasons: ReadonlyMap<string, number>): ReadonlyArray<string> =>
  [...reasons]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 3)
    .map(([words, count]) => `${words} (${count})`)

const percent = (share: number): string => `${Math.round(share * 1_000) / 10}%`
