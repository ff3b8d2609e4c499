import { expect, it } from "@effect/vitest"
import { SourcePages, type SourceReading } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { Erasure } from "@sluice/warehouse/Erasure"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"

/** Every store remembers sources like this. `fresh` creates an empty store. */
export const sourcePagesContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<Layer.Layer<Suppressions | Erasure, WarehouseFailed>, E, Scope.Scope>
}) =>
  describe(`${options.name}: pages of sources`, () => {
    const inStore = <A, E2>(use: (pages: SourcePages.Service) => Effect.Effect<A, E2, Suppressions | Erasure>) =>
      Effect.gen(function* () {
        const store = yield* options.fresh
        return yield* Effect.provide(
          Effect.flatMap(SourcePages, (pages) =>
            pages === undefined ? Effect.dieMessage("the store remembers nothing") : use(pages)
          ),
          store
        )
      })

    it.scopedLive("a reading is remembered whole, with what its pages are known by and their ids", () =>
      inStore((pages) =>
        Effect.gen(function* () {
          expect(yield* pages.load("users")).toBe(undefined)
          const reading = readingOf("v1", 70)
          yield* pages.replace("users", "run", reading, idsOf(...Array.from({ length: 70 }, (_, i) => i + 1)))
          expect(yield* pages.load("users")).toStrictEqual(reading)
          const found = [yield* pages.ids("users", [70, 1, 71]), yield* pages.contents("users", [70, 1, 71])]
          const bytes = found.map((some) => [...some].map(([page, of]) => [page, ...of]).sort(([a = 0], [b = 0]) => a - b))
          expect(bytes).toStrictEqual([
            [
              [1, 0, 1, 255],
              [70, 0, 70, 255]
            ],
            [
              [1, 0, 1, 255, 254],
              [70, 0, 70, 255, 254]
            ]
          ])
        })
      )
    )

    it.scopedLive("another reading replaces it, page by page since the one before, and leaves other sources alone", () =>
      inStore((pages) =>
        Effect.gen(function* () {
          yield* pages.replace("users", "run", readingOf("v1", 4), idsOf(1, 2, 3, 4))
          yield* pages.replace("messages", "run", readingOf("m1", 1), idsOf(1))
          const second: SourceReading = {
            version: "v2",
            pages: readingOf("v2", 3).pages.map((page) => (page.page === 2 ? { ...page, fingerprint: "new" } : page))
          }
          yield* pages.replace("users", "run", second, new Map([[2, rowsOf(9)]]), "v1")
          const all = [1, 2, 3, 4]
          const found = [yield* pages.ids("users", all), yield* pages.contents("users", all)]
          const firsts = found.map((some) => [...some].map(([page, bytes]) => [page, bytes[0]]).sort())
          const expected = [
            [1, 0],
            [2, 9],
            [3, 0]
          ]
          expect([yield* pages.load("users"), ...firsts]).toStrictEqual([second, expected, expected])
          yield* pages.replace("users", "run", readingOf("v3", 1), idsOf(1))
          expect([yield* pages.load("users"), yield* pages.load("messages")]).toStrictEqual([
            readingOf("v3", 1),
            readingOf("m1", 1)
          ])
          yield* pages.forget("users")
          expect([yield* pages.load("users"), yield* pages.load("messages")]).toStrictEqual([undefined, readingOf("m1", 1)])
          expect([(yield* pages.contents("users", [1])).size, (yield* pages.contents("messages", [1])).size]).toEqual([0, 1])
        })
      )
    )

    it.scopedLive("what has changed since another reading than the last one is not remembered, nor is that one", () =>
      inStore((pages) =>
        Effect.gen(function* () {
          yield* pages.replace("users", "run", readingOf("v2", 2), idsOf(1, 2))
          yield* pages.replace("users", "run", readingOf("v3", 2), idsOf(2), "v1")
          expect(yield* pages.load("users")).toBe(undefined)
        })
      )
    )

    it.scopedLive(
      "an erasure forgets all sources, and whoever had begun to read before it is refused; so does its undoing",
      () =>
        inStore((pages) =>
          Effect.gen(function* () {
            const { erase, undo } = yield* Erasure
            const { begin } = yield* Suppressions
            const nobody = { tables: [], masks: [], quarantine: [] }
            yield* pages.replace("users", "before", readingOf("v1", 1), idsOf(1))
            yield* begin("reads")
            yield* erase(nobody, Redacted.make("ada"))
            const late = yield* Effect.flip(pages.replace("users", "reads", readingOf("v2", 1), idsOf(1)))
            expect([yield* pages.load("users"), late.reason]).toStrictEqual([undefined, "Outdated"])
            yield* pages.replace("users", "after", readingOf("v3", 1), idsOf(1))
            yield* undo(Redacted.make("ada"))
            expect([yield* pages.load("users"), (yield* pages.contents("users", [1])).size]).toEqual([undefined, 0])
          })
        )
    )
  })

const readingOf = (version: string, count: number): SourceReading => ({
  version,
  pages: Array.from({ length: count }, (_, i) => ({
    page: i + 1,
    address: `a${i}`,
    ...(i % 2 === 0 ? { etag: `W/"ö${i}"` } : {}),
    answered: 3,
    kept: 2,
    fingerprint: `f${i}`
  }))
})

const idsOf = (...pages: ReadonlyArray<number>) => new Map(pages.map((page) => [page, rowsOf(0, page, 255)]))

/** The remembered rows of a page: these bytes for the ids, and one more for the hashes. */
const rowsOf = (...ids: ReadonlyArray<number>) =>
  Effect.succeed({ ids: new Uint8Array(ids), contents: new Uint8Array([...ids, 254]) })
