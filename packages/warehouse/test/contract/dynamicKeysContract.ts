import { expect, it } from "@effect/vitest"
import { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"

const customers = Partitions.dynamic("customers")
const shops = Partitions.dynamic("shops")

/** Every store keeps the keys of dynamic sets like this, for each pipeline apart. */
export const dynamicKeysContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<
    { readonly stores: (pipeline: string) => Layer.Layer<DynamicKeys, WarehouseFailed> },
    E,
    Scope.Scope
  >
}) =>
  describe(`${options.name}: keys of dynamic partitions`, () => {
    const { fresh } = options

    it.scopedLive("keys come back in the order in which they were added, a removed one at the end", () =>
      Effect.gen(function* () {
        const { stores } = yield* fresh
        yield* Effect.gen(function* () {
          const keys = yield* DynamicKeys
          const odd = ["Zoë 😀", "a|b", "..", "a%7Cb", "*", "A", "a", "a b"]
          yield* keys.add(customers, odd)
          yield* keys.add(customers, ["a", 42, "a"])
          yield* keys.add(shops, ["eu"])
          yield* keys.remove(customers, ["A", "nowhere"])
          yield* keys.add(customers, ["A"])
          const expected = [...odd.filter((key) => key !== "A"), "42", "A"]
          expect(yield* keys.keys("customers")).toStrictEqual(expected)
          expect(yield* keys.all).toStrictEqual(
            new Map([
              ["customers", expected],
              ["shops", ["eu"]]
            ])
          )
          yield* keys.remove(shops, ["eu"])
          expect([yield* keys.keys("shops"), [...(yield* keys.all).keys()]]).toStrictEqual([[], ["customers"]])
        }).pipe(Effect.provide(stores("spark")))
      })
    )

    it.scopedLive("a key that is empty, too long or no text is refused with what to do, and none of its list is added", () =>
      Effect.gen(function* () {
        const { stores } = yield* fresh
        yield* Effect.gen(function* () {
          const keys = yield* DynamicKeys
          const refused = yield* Effect.flip(
            keys.add(customers, ["good", "", "é".repeat(101), "|".repeat(67), "\ud800", 0.5, "nul\0", "a "])
          )
          expect(refused.message).toBe(
            `The partitions "customers" are not valid:
  - Key 2 is empty. Give it a text.
  - Key 3 has 202 bytes of UTF-8 as it is written, and may have 200. Use a shorter id as the key.
  - Key 4 has 201 bytes of UTF-8 as it is written, and may have 200. Use a shorter id as the key.
  - Key 5 holds half of a surrogate pair. Repair the text, or use an id of your own as the key.
  - Key 6 is not a whole number up to 2^53. Write it as text.
  - Key 7 holds a control character, such as a line break. Remove it, or use an id of your own.
  - Key 8 begins or ends with white space. Remove it, also from the rows of the partition.`
          )
          const longest = ["é".repeat(100), "|".repeat(66)]
          yield* keys.add(customers, longest)
          expect(yield* keys.keys("customers")).toStrictEqual(longest)
        }).pipe(Effect.provide(stores("spark")))
      })
    )

    it.scopedLive("thousands of keys are added and removed in one call", () =>
      Effect.gen(function* () {
        const { stores } = yield* fresh
        yield* Effect.gen(function* () {
          const keys = yield* DynamicKeys
          const many = Array.from({ length: 3_000 }, (_, index) => `key ${3_000 - index}`)
          yield* keys.add(customers, many)
          expect(yield* keys.keys("customers")).toStrictEqual(many)
          yield* keys.remove(customers, many.slice(1))
          expect(yield* keys.keys("customers")).toStrictEqual(many.slice(0, 1))
        }).pipe(Effect.provide(stores("spark")))
      })
    )

    it.scopedLive("those who add at the same time lose no key", () =>
      Effect.gen(function* () {
        const { stores } = yield* fresh
        yield* Effect.gen(function* () {
          const keys = yield* DynamicKeys
          const own = (index: number) => ["shared", `own ${index}`]
          yield* Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], (index) => keys.add(customers, own(index)), {
            concurrency: "unbounded"
          })
          expect(new Set(yield* keys.keys("customers")).size).toBe(9)
        }).pipe(Effect.provide(stores("spark")))
      })
    )
  })

/** Stores that outlive one opening keep the keys of each pipeline apart. */
export const storedKeysContract = <E>(options: Parameters<typeof dynamicKeysContract<E>>[0]) => {
  dynamicKeysContract(options)
  it.scopedLive(`${options.name}: keys of dynamic partitions stay when the store is closed, for their pipeline only`, () =>
    Effect.gen(function* () {
      const { stores } = yield* options.fresh
      const add = Effect.flatMap(DynamicKeys, (keys) => keys.add(customers, ["acme"]))
      const all = Effect.flatMap(DynamicKeys, (keys) => keys.keys("customers"))
      yield* Effect.provide(add, stores("spark"))
      expect([yield* Effect.provide(all, stores("spark")), yield* Effect.provide(all, stores("shop"))]).toStrictEqual([
        ["acme"],
        []
      ])
    })
  )
}
