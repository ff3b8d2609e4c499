import { hash53 } from "@sluice/core/fingerprint"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type { ApiPage } from "../source/ApiPage.ts"

const Settings = Schema.Struct({ rereads: Schema.String, overlapping: Schema.String })
type Settings = typeof Settings.Type

/** What happens to a reading that may have missed rows. */
export class CompletenessPolicy extends Context.Reference<CompletenessPolicy>()("@sluice/rest-source/CompletenessPolicy", {
  defaultValue: (): {
    /** The number of further attempts after a reading that missed rows. */
    readonly rereads: number
    /** Whether pages that share rows are a warning, or cause another attempt like missing rows. */
    readonly overlapping: "warn" | "reread"
    /** The keys of the settings with these values, if there are any. Errors name them. */
    readonly settings?: Settings
  } => ({ rereads: 1, overlapping: "warn" })
}) {}

/** A reading has fewer rows than the source's total, or its pages share rows. The source may have changed while it was read. */
export class SourceIncomplete extends Schema.TaggedError<SourceIncomplete>()("SourceIncomplete", {
  source: Schema.String,
  /** The number of distinct rows. */
  rows: Schema.Int,
  /** The source's total; undefined if it gave none. */
  total: Schema.UndefinedOr(Schema.Int),
  /** Rows that were on several pages. */
  overlapping: Schema.Int,
  /** Whether the total fell while pages were read. */
  fell: Schema.Boolean,
  retryable: Schema.Boolean,
  settings: Schema.optionalWith(Settings, { exact: true })
}) {
  override get message() {
    const { overlapping, rereads } = wordsOf(this)
    if (this.total !== undefined && this.rows >= this.total) {
      return `The number of ${this.source} fell to ${this.total} while they were read: a row that was removed moves the others, and one may have been passed over. They are read again (${rereads}).`
    }
    return this.total === undefined
      ? `${this.overlapping} ${this.source} were on more than one page, so others may be missing: the source changes while it is read, or does not sort its rows. Nothing was loaded. Run again when it is quieter; ${overlapping}=warn loads what came.`
      : `${this.rows} different ${this.source} came, and the API says that there are ${this.total}: rows are missing. Nothing was loaded. Run again when the source is quieter, raise ${rereads}, or ask those who run the API how it pages.`
  }
}

/** Counts the rows that are left out, each id once, and keeps the last total and the starts of pages. */
export interface Tally {
  /** Notes a page, and the ids of its rows that were left out: `null` for a row without an id. */
  readonly see: (page: ApiPage<unknown>, kept: number, left: ReadonlyArray<string | null>) => void
  readonly left: () => number
  readonly total: () => number | undefined
  /** Whether a page had a smaller total than an earlier one. */
  readonly fell: () => boolean
  /** The ordinal, among all kept rows, of the first row of each answer but the first. */
  readonly starts: ReadonlyArray<number>
}

export const tally = (): Tally => {
  const ids = new Set<number>()
  const starts: Array<number> = []
  let nameless = 0
  let kept = 0
  let total: number | undefined
  let fell = false
  return {
    see: (page, count, left) => {
      for (const id of left) {
        if (id === null) nameless++
        else ids.add(hash53(id))
      }
      kept += count
      if (page.answer !== undefined) starts.push(kept)
      fell ||= total !== undefined && page.total !== undefined && page.total < total
      total = page.total ?? total
    },
    left: () => ids.size + nameless,
    total: () => total,
    fell: () => fell,
    starts
  }
}

/**
 * Judges a whole reading. It fails if there are fewer distinct rows than the last total, or if pages shared rows without a
 * total and that is not accepted. The failure can be retried as often as the policy says. If the total fell meanwhile, the
 * reading fails only while retries remain, since a busy source would otherwise never be read.
 */
export const judge = (
  found: Pick<SourceIncomplete, "fell" | "overlapping" | "rows" | "source" | "total">,
  attempt: number,
  { overlapping, rereads, settings }: CompletenessPolicy["Type"]
): SourceIncomplete | undefined => {
  const isShort = found.total !== undefined && found.rows < found.total
  const overlaps = found.total === undefined && found.overlapping > 0 && overlapping === "reread"
  const retryable = attempt <= rereads
  return isShort || overlaps || (found.fell && retryable)
    ? new SourceIncomplete({ ...found, retryable, ...(settings === undefined ? {} : { settings }) })
    : undefined
}

/** The names of a policy's values in messages: the keys of settings, or else its fields. */
export const wordsOf = ({ settings }: { readonly settings?: Settings }): Settings =>
  settings ?? { rereads: "`rereads`", overlapping: "`overlapping`" }
