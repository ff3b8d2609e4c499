import type { Packed } from "@sluice/core/data/Packed"
import * as Spill from "@sluice/core/data/Spill"
import type { Fingerprints } from "@sluice/warehouse/Fingerprints"
import type { PageIds, SourcePage } from "@sluice/warehouse/SourcePages"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Entry } from "../source/Manifest.ts"
import * as DataVersion from "./DataVersion.ts"
import type { PackedRows } from "./PackedRows.ts"

/** Keeps account of the pages of a full reading, so that the next one can tell which of them have changed. */
export interface Ledger {
  /** Notes a page: what its answer is known by, and the rows that were kept of it. To be told every page, in order. */
  readonly see: (answer: Entry | undefined, rows: PackedRows) => Effect.Effect<void, Spill.SpillFailed>
  /** Notes the rows of the next page that has any, as they are kept. */
  readonly packed: (rows: Packed) => void
  /** The fingerprints of the pages that have rows. */
  readonly fingerprints: ReadonlyArray<string>
  /** All pages and where their ids are; undefined where the pages do not tell one from another. */
  readonly pages: () => Pages | undefined
}

export interface Pages {
  readonly pages: ReadonlyArray<SourcePage>
  readonly ids: ReadonlyMap<number, Effect.Effect<PageIds, Spill.SpillFailed>>
}

/** A ledger that has seen no page. Of the ids, some megabytes are in memory and the rest in an encrypted file. */
export const make = Effect.fn("Ledger.make")(function* (
  fingerprints: NonNullable<Fingerprints["Type"]>
): Effect.fn.Return<Ledger, never, Spill.Spill | Scope.Scope> {
  const keep = yield* Spill.keeper(bytesInMemory, { compress: false })
  const prints: Array<string> = []
  const seen: Array<{ readonly answer: Entry; readonly kept: number }> = []
  const ids = new Map<number, Effect.Effect<PageIds, Spill.SpillFailed>>()
  let comparable = true
  return {
    see: Effect.fnUntraced(function* (answer, rows) {
      comparable &&= answer?.size !== undefined && answer.page === seen.length + 1
      if (!comparable || answer === undefined) return
      seen.push({ answer, kept: rows.packed.rows })
      ids.set(answer.page, yield* keep(rows.ids))
    }),
    packed: (rows) => void prints.push(DataVersion.ofRows(fingerprints, rows)),
    fingerprints: prints,
    pages: () => {
      if (!comparable || seen.length === 0) return undefined
      let at = 0
      const pages = seen.map(({ answer, kept }) => pageOf(answer, kept, kept === 0 ? "" : (prints[at++] ?? "")))
      return { pages, ids }
    }
  }
})

/** A page as it is remembered. */
export const pageOf = ({ page, size = 0, url, validators }: Entry, kept: number, fingerprint: string): SourcePage => ({
  page,
  url,
  ...validators,
  answered: size,
  kept,
  fingerprint
})

const bytesInMemory = 4 * 1024 * 1024
