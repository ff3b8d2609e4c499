import * as Spill from "@sluice/core/data/Spill"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"
import type { PageRows, SourcePage } from "@sluice/core/source/SourcePages"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Entry } from "../source/Manifest.ts"
import * as DataVersion from "./DataVersion.ts"
import type { PackedRows } from "./PackedRows.ts"
import * as RowHash from "./RowHash.ts"

/** Records the pages of a full reading, so that the next reading can find the changed ones. */
export interface PageIndex {
  /** Notes a page's answer and its kept rows. Call it for every page, in order. */
  readonly see: (answer: Entry | undefined, rows: PackedRows) => Effect.Effect<void, Spill.SpillFailed>
  /** The fingerprints of the pages that have rows. */
  readonly fingerprints: ReadonlyArray<string>
  /** All pages, with the rows of each; undefined if the pages cannot be compared. */
  readonly pages: () => Pages | undefined
}

export interface Pages {
  readonly pages: ReadonlyArray<SourcePage>
  readonly rows: ReadonlyMap<number, Effect.Effect<PageRows, Spill.SpillFailed>>
}

/**
 * An index without pages. If it does not remember, it keeps fingerprints only. Some megabytes of ids and hashes are in memory,
 * and the rest in an encrypted file.
 */
export const make = Effect.fn("PageIndex.make")(function* (
  fingerprints: NonNullable<Fingerprints["Type"]>,
  { remembers }: { readonly remembers: boolean }
): Effect.fn.Return<PageIndex, never, Spill.Spill | Scope.Scope> {
  const keep = yield* Spill.keeper(bytesInMemory, { compress: false })
  const prints: Array<string> = []
  const seen: Array<SourcePage> = []
  const kept = new Map<number, Effect.Effect<PageRows, Spill.SpillFailed>>()
  let comparable = remembers
  return {
    see: Effect.fnUntraced(function* (answer, rows) {
      const count = rows.packed.rows
      const fingerprint = count === 0 ? "" : DataVersion.ofRows(fingerprints, rows.packed)
      if (count > 0) prints.push(fingerprint)
      comparable &&= answer?.size !== undefined && answer.page === seen.length + 1
      if (!comparable || answer === undefined) return
      seen.push(pageOf(fingerprints, answer, count, fingerprint))
      const { contents, ids } = rowsOf(fingerprints, rows, fingerprint)
      kept.set(answer.page, Effect.all({ ids: yield* keep(ids), contents: yield* keep(contents) }))
    }),
    fingerprints: prints,
    pages: () => (comparable && seen.length > 0 ? { pages: seen, rows: kept } : undefined)
  }
})

/** A page in its remembered form. */
export const pageOf = (
  fingerprints: NonNullable<Fingerprints["Type"]>,
  { page, size = 0, url, validators }: Entry,
  kept: number,
  fingerprint: string
): SourcePage => ({
  page,
  address: addressOf(fingerprints, url),
  ...validators,
  answered: size,
  kept,
  fingerprint
})

/** An address in its remembered form: a fingerprint, which confirms no guess without the store's key. */
export const addressOf = (fingerprints: NonNullable<Fingerprints["Type"]>, url: string): string => {
  const fingerprint = fingerprints.start()
  fingerprint.add(url)
  return fingerprint.end()
}

/** A page's rows in their remembered form. The fingerprint binds the hashes to these rows. */
export const rowsOf = (
  fingerprints: NonNullable<Fingerprints["Type"]>,
  { contents, ids }: PackedRows,
  fingerprint: string
): PageRows => ({ ids, contents: fingerprints.seal(RowHash.toBytes(contents), fingerprint) })

const bytesInMemory = 4 * 1024 * 1024
