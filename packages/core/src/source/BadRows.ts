import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type { Rejects } from "./Rejects.ts"

/** The share of a source's rows that may be quarantined before the run fails. */
export class BadRowPolicy extends Context.Reference<BadRowPolicy>()("@sluice/core/source/BadRowPolicy", {
  defaultValue: (): {
    readonly maxShare: number
    /** The key of the setting of `maxShare`, if there is one. The error names it. */
    readonly setting?: string
  } => ({ maxShare: 0.1 })
}) {}

/** Too many rows of a source could not be decoded. The source has changed, or is the wrong one. */
export class TooManyBadRows extends Schema.TaggedError<TooManyBadRows>()("TooManyBadRows", {
  source: Schema.String,
  bad: Schema.Int,
  total: Schema.Int,
  maxShare: Schema.Number,
  /** The most frequent reasons, with their counts. */
  reasons: Schema.Array(Schema.String),
  /** The key of the setting of the limit, if there is one. */
  setting: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly retryable = false
  override get message() {
    const limit = this.bad === this.total ? "none is good" : `the limit is ${percent(this.maxShare)}`
    return `${this.bad} of ${this.total} ${this.source} (${percent(this.bad / this.total)}) could not be decoded; ${limit}. Most frequent reasons: ${this.reasons.join("; ")}. Correct the source, or ${this.setting === undefined ? "allow a larger share with `BadRowPolicy`" : `raise ${this.setting}`}.`
  }
}

/** The share is ignored below this number of rows. */
const leastRows = 20

/**
 * Judges the quarantined rows of a source. Returns an error if no row is good, or if more than `maxShare` of at least 20 rows
 * are bad.
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
