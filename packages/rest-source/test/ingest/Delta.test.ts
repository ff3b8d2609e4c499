import { createHash } from "node:crypto"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill } from "@sluice/core/data/Spill"
import type { Fingerprints } from "@sluice/core/source/Fingerprints"
import type { SourcePages } from "@sluice/core/source/SourcePages"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as DataVersion from "../../src/ingest/DataVersion.ts"
import * as Delta from "../../src/ingest/Delta.ts"
import * as PackedRows from "../../src/ingest/PackedRows.ts"
import * as PageIndex from "../../src/ingest/PageIndex.ts"

/** `a1` is the first version of row a. */
type Page = ReadonlyArray<string>

const packing = { codec: RowCodec.make(Schema.String), id: (row: string) => row.slice(0, 1) }

/** Fingerprints of a store. They open what they sealed, for the same page only. */
const fingerprints: NonNullable<Fingerprints["Type"]> = {
  start: () => {
    const hash = createHash("sha256")
    return { add: (chunk) => void hash.update(chunk), end: () => hash.digest("base64url") }
  },
  seal: (bytes, of) => Buffer.concat([Buffer.from(of), bytes]),
  open: (sealed, of) => {
    const bytes = Buffer.from(sealed)
    return bytes.subarray(0, of.length).toString() === of ? bytes.subarray(of.length) : undefined
  }
}

const entry = (page: number, size: number) => ({ page, size, url: `http://api.test/rows?page=${page}`, validators: {} })

const remembered = (pages: ReadonlyArray<Page>) =>
  pages.map((rows, at) => {
    const packed = PackedRows.make(packing, rows)
    const fingerprint = rows.length === 0 ? "" : DataVersion.ofRows(fingerprints, packed.packed)
    const page = PageIndex.pageOf(fingerprints, entry(at + 1, rows.length), rows.length, fingerprint)
    return { page, ...PageIndex.rowsOf(fingerprints, packed, fingerprint) }
  })

/** A store that remembers pages. The hashes of the pages in `without` are those of other rows. */
const storeOf = (pages: ReadonlyArray<Page>, without: ReadonlyArray<number>) => {
  const all = remembered(pages)
  const of = (part: "ids" | "contents") => (_: string, wanted: ReadonlyArray<number>) =>
    Effect.succeed(new Map(all.filter(({ page }) => wanted.includes(page.page)).map((row) => [row.page.page, row[part]])))
  const service: SourcePages.Service = {
    load: () => Effect.dieMessage("loaded"),
    ids: of("ids"),
    contents: (source, wanted) =>
      Effect.map(of("contents")(source, wanted), (found) => {
        const other = PageIndex.rowsOf(fingerprints, PackedRows.make(packing, ["z9"]), "another").contents
        return new Map([...found].map(([page, bytes]) => [page, without.includes(page) ? other : bytes]))
      }),
    replace: () => Effect.dieMessage("replaced"),
    forget: () => Effect.dieMessage("forgot")
  }
  return { base: { version: "v1", pages: all.map(({ page }) => page) }, service }
}

/** The changes between two lists of pages, if every page is read; undefined if a full reading is needed. */
const changesOf = (before: ReadonlyArray<Page>, after: ReadonlyArray<Page>, without: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const { base, service } = storeOf(before, without)
    const delta = yield* Delta.read({
      ...packing,
      name: "rows",
      since: () =>
        Stream.fromIterable(
          after.map((rows, at) => ({
            answer: entry(at + 1, rows.length),
            changed: { rows, rejected: [], unknownFields: new Map() }
          }))
        ),
      base,
      remembered: service,
      fingerprints,
      epoch: 0
    })
    if (delta === undefined) return undefined
    const rows = yield* Dataset.toArray(delta.changes.rows)
    const gone = yield* Dataset.toArray(delta.changes.gone)
    return { rows: rows.join(" "), gone: [...gone].sort().join(" "), pages: delta.changedPages }
  }).pipe(Effect.scoped, Effect.provide(Spill.layerMemory))

/** Enough other pages that one changed page is not too many. */
const others: ReadonlyArray<Page> = ["klm", "nop", "qrs", "tuv"].map((ids) => [...ids].map((id) => `${id}1`))

const cases: ReadonlyArray<readonly [string, Page, Page, { readonly rows: string; readonly gone: string }]> = [
  ["of a page that has changed, the rows that have", ["a1", "b1", "c1"], ["a1", "b2", "c1"], { rows: "b2", gone: "b" }],
  ["a row that is gone and one that is new", ["a1", "b1", "c1"], ["a1", "c1", "d1"], { rows: "d1", gone: "b" }],
  ["nothing, where rows have another order", ["a1", "b1", "c1"], ["c1", "a1", "b1"], { rows: "", gone: "" }],
  ["every row, where every one has changed", ["a1", "b1"], ["a2", "b2"], { rows: "a2 b2", gone: "a b" }]
]
for (const [what, before, after, expected] of cases) {
  it.effect(`tells ${what}`, () =>
    Effect.gen(function* () {
      expect(yield* changesOf([before, ...others], [after, ...others])).toStrictEqual({ ...expected, pages: 1 })
    })
  )
}

it.effect("a row that has gone from one page to another is told with both", () =>
  Effect.gen(function* () {
    const found = yield* changesOf(
      [["a1", "b1"], ["c1", "d1"], ...others, ["w1"], ["x1"]],
      [["a1", "e1"], ["b1", "c1", "d1"], ...others, ["w1"], ["x1"]]
    )
    expect(found).toStrictEqual({ rows: "e1 b1", gone: "b", pages: 2 })
  })
)

it.effect("however many pages have changed, their rows are told, up to three in ten of all", () =>
  Effect.gen(function* () {
    const firstOf = (count: number) =>
      others.map((rows, at) => rows.map((row, place) => (at < count && place === 0 ? row.replace("1", "2") : row)))
    const found = [yield* changesOf(others, firstOf(3)), yield* changesOf(others, firstOf(4))]
    expect(found).toStrictEqual([{ rows: "k2 n2 q2", gone: "k n q", pages: 3 }, undefined])
    expect(yield* changesOf([...others, ["a1", "b1", "c1", "d1", "e1", "f1"]], others)).toStrictEqual(undefined)
  })
)

it.effect("pages that are there no more take all of their rows with them", () =>
  Effect.gen(function* () {
    const found = yield* changesOf([...others, ["a1", "b1"]], others)
    expect(found).toStrictEqual({ rows: "", gone: "a b", pages: 1 })
  })
)

// A page that another version of Sluice remembered has no hashes, or those of earlier rows.
it.effect("where it is not known what the rows of a page were, all of them are told", () =>
  Effect.gen(function* () {
    const found = yield* changesOf([["a1", "b1", "c1"], ...others], [["a1", "b2", "c1"], ...others], [1])
    expect(found).toStrictEqual({ rows: "a1 b2 c1", gone: "a b c", pages: 1 })
  })
)

it.effect("everything is read where an id is on a page twice, or one that is new to a page on another one", () =>
  Effect.gen(function* () {
    const before = [["a1", "b1"], ...others]
    const twice = yield* changesOf(before, [["a1", "b1", "b1"], ...others])
    const other = yield* changesOf(before, [["a1", "b1", "p1"], ...others])
    const fine = yield* changesOf(before, [["a1", "b1", "y1"], ...others])
    expect([twice, other, fine]).toStrictEqual([undefined, undefined, { rows: "y1", gone: "", pages: 1 }])
  })
)
