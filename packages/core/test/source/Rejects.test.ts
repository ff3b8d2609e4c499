import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import * as Rejects from "@sluice/core/source/Rejects"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"

const spilling = Layer.provide(Spill.layer({ rowsInMemory: 0 }), NodeFileSystem.layer)

it.scoped.prop(
  "what is left out is counted and kept as it came, in memory or not",
  [
    FastCheck.array(
      FastCheck.array(
        FastCheck.record({
          ordinal: FastCheck.nat(),
          id: FastCheck.option(FastCheck.fullUnicodeString()),
          field: FastCheck.constantFrom("", "id", "subscription.12.amount"),
          reason: FastCheck.constantFrom("is empty", "is missing")
        }),
        { maxLength: 5 }
      ),
      { maxLength: 6 }
    ),
    FastCheck.constantFrom(0, 60, 1_000_000)
  ],
  ([pages, bytesInMemory]) =>
    Effect.gen(function* () {
      const rejects = yield* Rejects.make(bytesInMemory)
      yield* Effect.forEach(pages, rejects.see)
      const all = pages.flat()
      expect(yield* Dataset.toArray(rejects.rows())).toStrictEqual(all)
      expect([rejects.count(), [...rejects.reasons.values()].reduce((a, b) => a + b, 0)]).toStrictEqual([
        all.length,
        all.length
      ])
    }).pipe(Effect.provide(spilling))
)

it.scoped("reasons are counted whatever the place in a list", () =>
  Effect.gen(function* () {
    const rejects = yield* Rejects.make()
    const at = (field: string) => ({ ordinal: 0, id: null, field, reason: "is wrong" })
    yield* rejects.see([at("subscription.0.amount"), at(""), at("subscription.12.amount"), at("id")])
    expect(rejects.reasons).toStrictEqual(
      new Map([
        ["subscription[].amount is wrong", 2],
        ["the row is wrong", 1],
        ["id is wrong", 1]
      ])
    )
  }).pipe(Effect.provide(Spill.layerMemory))
)
