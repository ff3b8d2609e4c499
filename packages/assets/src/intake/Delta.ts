import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { Spill, SpillFailed } from "@sluice/core/data/Spill"
import type { Fingerprints } from "@sluice/warehouse/Fingerprints"
import type { SourcePage, SourcePages, SourceReading } from "@sluice/warehouse/SourcePages"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { RevisitedPage } from "../SparkApi.ts"
import type { Entry } from "../source/Manifest.ts"
import { type NotComparable, notComparable } from "../source/Revisit.ts"
import * as DataVersion from "./DataVersion.ts"
import * as Ledger from "./Ledger.ts"
import * as PackedRows from "./PackedRows.ts"
import * as PageIds from "./PageIds.ts"

/** A source that was read before, and how it is looked at again. */
export interface Options<A, E, R> extends PackedRows.Packing<A> {
  readonly name: string
  /** The pages, looked at again, without the rows of people who are to be left out. */
  readonly since: (known: ReadonlyArray<Entry>) => Stream.Stream<RevisitedPage<A>, E | NotComparable, R>
  readonly base: SourceReading
  readonly remembered: SourcePages.Service
  readonly fingerprints: NonNullable<Fingerprints["Type"]>
  readonly epoch: number
}

/** What has changed in a source since it was last read. */
export interface Delta<A> {
  readonly changes: Changes.Changes<A>
  /** What a full reading would be now: its version is that of a full one. */
  readonly reading: SourceReading
  /** The ids of the pages that are to be remembered anew. */
  readonly ids: ReadonlyMap<number, Effect.Effect<PackedRows.PackedRows["ids"]>>
  /** How many pages have other rows, or are gone. */
  readonly changedPages: number
}

/** With more pages changed than this share, or more rows in them, it is quicker, or takes less memory, to read everything. */
export const maxShare = 0.3
export const maxRows = 250_000

/**
 * Reads what has changed, page by page: pages that the server says are the same are not read, and those that have the same rows
 * as before, by their fingerprints, count as the same. Undefined where everything is to be read: where pages do not tell what
 * has changed, more has changed than is worth it, a row cannot be decoded, or an id is there twice.
 */
export const read = <A, E, R>(
  options: Options<A, E, R>
): Effect.Effect<Delta<A> | undefined, Exclude<E, NotComparable> | SpillFailed | WarehouseFailed, R | Spill | Scope.Scope> =>
  Effect.catchIf(
    attempt(options),
    (error): error is NotComparable => error === notComparable,
    () => Effect.succeed(undefined)
  )

const attempt = Effect.fnUntraced(function* <A, E, R>(options: Options<A, E, R>) {
  const { base, codec, fingerprints, name, remembered } = options
  const pages: Array<SourcePage> = []
  const ids = new Map<number, Effect.Effect<PackedRows.PackedRows["ids"]>>()
  const changed = new Set<number>()
  const present = new Set<string>()
  const share = (count: number) => count / base.pages.length

  const rowsOf = Effect.fnUntraced(function* ({ answer, changed: page }: RevisitedPage<A>) {
    const before = base.pages[answer.page - 1]
    if (page === undefined && before !== undefined) {
      pages.push(before)
      return []
    }
    if (page === undefined || page.rejected.length > 0) return yield* Effect.fail(notComparable)
    const packed = page.packed ?? PackedRows.make(options, page.rows)
    const kept = packed.packed.rows
    const fingerprint = kept === 0 ? "" : DataVersion.ofRows(fingerprints, packed.packed)
    pages.push(Ledger.pageOf(answer, kept, fingerprint))
    ids.set(answer.page, Effect.succeed(packed.ids))
    if (before !== undefined && before.fingerprint === fingerprint) return []
    changed.add(answer.page)
    const { rows } = page
    for (const id of rows.map(options.id)) {
      if (present.has(id)) return yield* Effect.fail(notComparable)
      present.add(id)
    }
    return share(changed.size) > maxShare || present.size > maxRows ? yield* Effect.fail(notComparable) : rows
  })
  const rows = yield* Dataset.collect(Stream.mapEffect(options.since(base.pages.map(entryOf)), rowsOf), codec)

  const removed = base.pages.slice(pages.length)
  const before = [...base.pages.filter(({ page }) => changed.has(page)), ...removed]
  const much = before.reduce((sum, { kept }) => sum + kept, 0) > maxRows || share(changed.size + removed.length) > maxShare
  if (much) return yield* Effect.fail(notComparable)
  const gone: Array<string> = []
  for (const some of yield* idsOf(remembered, name, before)) for (const id of some) gone.push(id)

  const newcomers = new Set(present)
  for (const id of gone) newcomers.delete(id)
  const others = base.pages.filter(({ page }) => page <= pages.length && !changed.has(page))
  for (let at = 0; newcomers.size > 0 && at < others.length; at += pagesAtOnce) {
    for (const some of yield* idsOf(remembered, name, others.slice(at, at + pagesAtOnce))) {
      if (some.some((id) => newcomers.has(id))) return yield* Effect.fail(notComparable)
    }
  }
  const prints = pages.flatMap(({ fingerprint, kept }) => (kept === 0 ? [] : [fingerprint]))
  const version = DataVersion.ofPages(fingerprints, name, prints, options.epoch)
  return {
    changes: Changes.make(rows, Dataset.fromArray(gone)),
    reading: { version, pages },
    ids,
    changedPages: changed.size + removed.length
  }
})

/** So many pages' ids are looked through at once. */
const pagesAtOnce = 32

const idsOf = Effect.fnUntraced(function* (
  remembered: SourcePages.Service,
  source: string,
  pages: ReadonlyArray<SourcePage>
) {
  const packed = yield* remembered.ids(
    source,
    pages.map(({ page }) => page)
  )
  return yield* Effect.forEach(pages, ({ kept, page }) =>
    Effect.gen(function* () {
      const bytes = packed.get(page)
      const ids = bytes === undefined ? undefined : yield* PageIds.unpack(bytes)
      return ids?.length === kept ? ids : yield* Effect.fail(notComparable)
    })
  )
})

const entryOf = ({ answered, etag, lastModified, page, url }: SourcePage): Entry => ({
  page,
  url,
  size: answered,
  validators: { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) }
})
