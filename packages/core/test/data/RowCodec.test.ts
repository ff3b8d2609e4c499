import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Day from "@sluice/core/data/Day"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Packed from "@sluice/core/data/Packed"
import * as Pii from "@sluice/core/data/Pii"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill } from "@sluice/core/data/Spill"
import * as Timestamp from "@sluice/core/data/Timestamp"
import { piiEquality } from "@sluice/core/testing/piiEquality"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"

expect.addEqualityTesters([piiEquality])

interface Tree {
  readonly name: string
  readonly children: ReadonlyArray<Tree>
  readonly next: Tree | null
}
const Tree: Schema.Schema<Tree> = Schema.Struct({
  name: Schema.String,
  children: Schema.Array(Schema.suspend(() => Tree)),
  next: Schema.NullOr(Schema.suspend(() => Tree))
})

const wellFormed = Schema.String.annotations({
  arbitrary: () => (fc) => fc.string({ unit: "grapheme", maxLength: 8 })
})
const city = Pii.schema("city").annotations({
  arbitrary: () => (fc) => fc.string({ unit: "grapheme", maxLength: 4 }).map((text) => Pii.Pii.make("city", text))
})

/** Rows of every type that is kept. */
const Row = Schema.Struct({
  text: wellFormed,
  number: Schema.Number,
  whole: Schema.Int,
  flag: Schema.Boolean,
  big: Schema.BigIntFromSelf,
  at: Schema.ValidDateFromSelf,
  city: Schema.NullOr(city),
  one: Schema.Literal("only"),
  status: Schema.NullOr(Schema.Literal("open", "closed", 3)),
  maybe: Schema.UndefinedOr(wellFormed),
  either: Schema.NullishOr(Schema.Union(Schema.Number, wellFormed, city, Schema.Array(Schema.Boolean))),
  "a field": Schema.optional(Schema.Number),
  exact: Schema.optionalWith(Schema.NullOr(wellFormed), { exact: true }),
  list: Schema.Array(Schema.NullOr(wellFormed)),
  pair: Schema.Tuple(wellFormed, Schema.Struct({ n: Schema.Number })),
  counts: Schema.Record({ key: wellFormed, value: Schema.Number }),
  shape: Schema.Union(
    Schema.Struct({ _tag: Schema.Literal("circle"), radius: Schema.Number }),
    Schema.Struct({ _tag: Schema.Literal("square"), side: Schema.NullOr(Schema.Number) })
  ),
  branded: wellFormed.pipe(Schema.brand("Id"))
})

const back = <A>(codec: RowCodec.RowCodec<A>, rows: ReadonlyArray<A>) =>
  codec.decode(Packed.fromBytes(Packed.toBytes(codec.encode(rows))))

describe("a codec that is derived from a schema", () => {
  it.prop(
    "gives back rows equal to those that it was given, of every type that it keeps",
    [FastCheck.array(Arbitrary.make(Row), { maxLength: 5 })],
    ([rows]) => {
      expect(back(RowCodec.make(Row), rows)).toStrictEqual(rows)
    }
  )

  it("keeps numbers and dates that JSON does not", () => {
    const codec = RowCodec.make(Schema.Struct({ n: Schema.Number, at: Schema.DateFromSelf }))
    const rows = [-0, Number.NaN, Number.NEGATIVE_INFINITY, 0.1, 2 ** 53].map((n) => ({ n, at: new Date(n) }))
    expect(back(codec, rows)).toStrictEqual(rows)
  })

  it("keeps times, days and decimals as the texts that they are", () => {
    const Payment = Schema.Struct({ at: Timestamp.schema, due: Day.schema, amount: Decimal.schema })
    const rows = [{ at: "2024-03-01T09:30:00.000Z", due: "2024-04-01", amount: "12.50" } as const]
    expect(back(RowCodec.make(Payment), rows)).toStrictEqual(rows)
    const decoded = Schema.decodeUnknownEither(Payment)({ at: "2024-03-01T09:30:00.000Z", due: "2024-02-30", amount: "1" })
    expect(decoded._tag).toBe("Left")
  })

  it("keeps trees", () => {
    const leaf: Tree = { name: "leaf", children: [], next: null }
    const tree: Tree = { name: "root", children: [leaf, { ...leaf, next: leaf }], next: leaf }
    expect(back(RowCodec.make(Tree), [tree])).toStrictEqual([tree])
  })

  it("wraps equal personal values of a block once", () => {
    const codec = RowCodec.make(Schema.Struct({ city: Pii.schema("city") }))
    const [first, second] = back(
      codec,
      ["Ada's", "Ada's"].map((text) => ({ city: Pii.Pii.make("city", text) }))
    )
    expect(first?.city).toBe(second?.city)
  })

  // Regression: rows went through JSON, so that a dataset gave other types back once its rows were spilled.
  it.scoped("gives rows of a spilled dataset back as they were", () =>
    Effect.gen(function* () {
      const Order = Schema.Struct({
        at: Schema.DateFromSelf,
        buyer: Pii.schema("name"),
        note: Schema.UndefinedOr(Schema.String)
      })
      const rows = Array.from({ length: 1_001 }, (_, i) => ({
        at: new Date(i),
        buyer: Pii.Pii.make("name", `Ada ${i}`),
        note: undefined
      }))
      const pages = Dataset.chunks(Dataset.fromArray(rows, 100))
      const orders = yield* Dataset.collect(pages, RowCodec.make(Order))
      expect(yield* Dataset.toArray(orders)).toStrictEqual(rows)
    }).pipe(Effect.provide(Layer.provide(Spill.layer({ rowsInMemory: 0 }), NodeFileSystem.layer)))
  )

  it("refuses text that is not well-formed, which no file of text could keep", () => {
    expect(() => RowCodec.make(Schema.String).encode(["half of 🙂: \ud83d"])).toThrow(
      "A row has a text with half of a surrogate pair, which cannot be kept."
    )
  })
})

describe("a schema that cannot be kept is refused where the codec is made", () => {
  const refused = (schema: Schema.Schema<never>) => {
    try {
      RowCodec.make(schema)
    } catch (error) {
      return error instanceof Error ? error.message : error
    }
    return "kept"
  }
  class Order extends Schema.Class<Order>("Order")({ id: Schema.String }) {}
  const A = Schema.Struct({ a: Schema.String })
  const AB = Schema.Struct({ a: Schema.String, b: Schema.optional(Schema.String) })
  it.each([
    ["a class", Schema.Struct({ order: Order }), "row.order: Order cannot be kept"],
    ["anything", Schema.Struct({ list: Schema.Array(Schema.Unknown) }), "row.list[]: unknown cannot be kept"],
    [
      "a rest element",
      Schema.Tuple([Schema.String], Schema.Number),
      "row: a tuple with optional or rest elements cannot be kept"
    ],
    [
      "structs without a literal",
      Schema.Struct({ either: Schema.Union(A, AB) }),
      "row.either: two members of a union cannot be told apart. Give each of its structs a field with a literal of its own"
    ]
  ])("%s", (_, schema, message) => {
    expect(refused(schema as never)).toBe(`No codec can be derived: ${message}.`)
  })
})
