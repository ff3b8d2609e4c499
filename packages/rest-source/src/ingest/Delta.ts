import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import type { Spill, SpillFailed } from "@sluice/core/data/Spill"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"
import type { PageRows, SourcePage, SourcePages, SourceReading } from "@sluice/core/source/SourcePages"
import type { StoreFailed } from "@sluice/core/source/StoreFailed"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { RefetchedPage } from "../source/ApiPage.ts"
import { type NotComparable, notComparable } from "../source/ConditionalFetch.ts"
import type { Known } from "../source/Manifest.ts"
import * as DataVersion from "./DataVersion.ts"
import * as PackedRows from "./PackedRows.ts"
import * as PageIds from "./PageIds.ts"
import * as PageIndex from "./PageIndex.ts"
import * as RowHash from "./RowHash.ts"

/** A source that was read before, and how to read its changes. */
export interface Options<A, E, R> extends PackedRows.Packing<A> {
  readonly name: string
  /** Reads the changed pages, without rows of suppressed people. */
  readonly since: (known: ReadonlyArray<Known>) => Stream.Stream<RefetchedPage<A>, E | NotComparable, R>
  readonly base: SourceReading
  readonly remembered: SourcePages.Service
  readonly fingerprints: NonNullable<Fingerprints["Type"]>
  readonly epoch: number
}

/** What has changed in a source since it was last read. */
export interface Delta<A> {
  readonly changes: Changes.Changes<A>
  /** The reading with the version that a full reading would have now. */
  readonly reading: SourceReading
  /** The rows of pages that are to be remembered again. */
  readonly rows: ReadonlyMap<number, Effect.Effect<PageRows>>
  /** The number of pages that have changed or are gone. */
  readonly changedPages: number
}

/**
 * If a larger share of the rows, or more rows on changed pages, have changed, a full reading is faster or takes less memory.
 */
const maxShare = 0.3
const maxRows = 250_000

/**
 * Reads the changes, page by page. Pages that the server calls unchanged are not read. Pages with the same fingerprint count as
 * unchanged. Of a changed page, only rows with new hashes are returned. Returns undefined if a full reading is needed: the
 * pages do not show the changes, too much has changed, a row cannot be decoded, or an id occurs twice.
 */
export const read = <A, E, R>(
  options: Options<A, E, R>
): Effect.Effect<Delta<A> | undefined, Exclude<E, NotComparable> | SpillFailed | StoreFailed, R | Spill | Scope.Scope> =>
  Effect.catchIf(
    attempt(options),
    (error): error is NotComparable => error === notComparable,
    () => Effect.succeed(undefined)
  )

const attempt = Effect.fnUntraced(function* <A, E, R>(options: Options<A, E, R>) {
  const { base, codec, fingerprints, name, remembered } = options
  const pages: Array<SourcePage> = []
  const remember = new Map<number, Effect.Effect<PageRows>>()
  const changed = new Set<number>()
  const present = new Set<string>()
  const newcomers = new Set<string>()
  const gone: Array<string> = []
  const most = Math.min(maxRows, maxShare * keptOn(base.pages))
  let told = 0

  const rowsOf = Effect.fnUntraced(function* ({ answer, changed: page }: RefetchedPage<A>) {
    const before = base.pages[answer.page - 1]
    if (page === undefined && before !== undefined) {
      pages.push(before)
      return []
    }
    if (page === undefined || page.rejected.length > 0) return yield* Effect.fail(notComparable)
    const packed = page.packed ?? PackedRows.make(options, page.rows)
    const kept = packed.packed.rows
    const fingerprint = kept === 0 ? "" : DataVersion.ofRows(fingerprints, packed.packed)
    pages.push(PageIndex.pageOf(fingerprints, answer, kept, fingerprint))
    remember.set(answer.page, Effect.succeed(PageIndex.rowsOf(fingerprints, packed, fingerprint)))
    if (before !== undefined && before.fingerprint === fingerprint) return []
    changed.add(answer.page)
    if (present.size + kept > maxRows) return yield* Effect.fail(notComparable)
    const earlier = before === undefined ? nothing : yield* contentsOf(options, before)
    const now = new Map<string, number | undefined>()
    for (const [at, row] of page.rows.entries()) now.set(options.id(row), packed.contents[at])
    for (const id of now.keys()) {
      if (present.has(id)) return yield* Effect.fail(notComparable)
      present.add(id)
      if (!earlier.has(id)) newcomers.add(id)
    }
    if (now.size < kept) return yield* Effect.fail(notComparable)
    const isSame = (id: string) => now.get(id) !== undefined && now.get(id) === earlier.get(id)
    for (const id of earlier.keys()) if (!isSame(id)) gone.push(id)
    const rows = page.rows.filter((row) => !isSame(options.id(row)))
    told += rows.length
    return Math.max(told, gone.length) > most ? yield* Effect.fail(notComparable) : rows
  })
  const rows = yield* Dataset.collect(
    Stream.mapEffect(options.since(base.pages.map((page) => knownOf(fingerprints, page))), rowsOf),
    codec
  )

  const removed = base.pages.slice(pages.length)
  if (gone.length + keptOn(removed) > most) return yield* Effect.fail(notComparable)
  for (const some of yield* idsOf(remembered, name, removed)) for (const id of some) gone.push(id)

  for (const id of gone) newcomers.delete(id)
  const others = base.pages.filter(({ page }) => page <= pages.length && !changed.has(page))
  if (newcomers.size > 0) yield* refuseThoseOf(others, newcomers, remembered, name)
  const prints = pages.flatMap(({ fingerprint, kept }) => (kept === 0 ? [] : [fingerprint]))
  const version = DataVersion.ofPages(fingerprints, name, prints, options.epoch)
  return {
    changes: Changes.make(rows, Dataset.fromArray(gone)),
    reading: { version, pages },
    rows: remember,
    changedPages: changed.size + removed.length
  }
})

const keptOn = (pages: ReadonlyArray<SourcePage>) => pages.reduce((sum, { kept }) => sum + kept, 0)

const nothing: ReadonlyMap<string, number | undefined> = new Map()

/**
 * The ids of a page before the change, in order, each with the hash of its row, or without it if the hashes are unavailable.
 */
const contentsOf = Effect.fnUntraced(function* <A, E, R>(
  { fingerprints, name, remembered }: Options<A, E, R>,
  page: SourcePage
) {
  const ids = (yield* idsOf(remembered, name, [page])).flat()
  const sealed = (yield* remembered.contents(name, [page.page])).get(page.page)
  const bytes = sealed === undefined ? undefined : fingerprints.open(sealed, page.fingerprint)
  const hashes = bytes === undefined ? undefined : RowHash.fromBytes(bytes)
  return new Map(ids.map((id, at) => [id, hashes?.length === ids.length ? hashes[at] : undefined]))
})

/** Fails if one of the ids is on one of the pages. */
const refuseThoseOf = Effect.fnUntraced(function* (
  pages: ReadonlyArray<SourcePage>,
  ids: ReadonlySet<string>,
  remembered: SourcePages.Service,
  source: string
) {
  const find = PageIds.finder(ids)
  for (let at = 0; at < pages.length; at += pagesAtOnce) {
    const some = pages.slice(at, at + pagesAtOnce)
    const packed = yield* remembered.ids(
      source,
      some.map(({ page }) => page)
    )
    yield* Effect.forEach(
      some,
      Effect.fnUntraced(function* ({ kept, page }) {
        const bytes = packed.get(page)
        const found = bytes === undefined ? undefined : yield* find(bytes)
        if (found?.count !== kept || found.some) return yield* Effect.fail(notComparable)
      }),
      { concurrency: "unbounded", discard: true }
    )
  }
})

/** Pages whose ids are searched at once. */
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

const knownOf = (fingerprints: NonNullable<Fingerprints["Type"]>, { address, answered, etag, page }: SourcePage): Known => ({
  page,
  isFor: (url) => PageIndex.addressOf(fingerprints, url.href) === address,
  size: answered,
  validators: etag === undefined ? {} : { etag }
})
