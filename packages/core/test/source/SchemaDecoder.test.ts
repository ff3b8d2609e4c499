import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { Rejection } from "../../src/source/Decoder.ts"
import * as SchemaDecoder from "../../src/source/SchemaDecoder.ts"

const Letter = Schema.Struct({
  id: Schema.String,
  lines: Schema.Array(Schema.Struct({ text: Schema.NullOr(Schema.String) })),
  counts: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Number }))
})
const { decode } = SchemaDecoder.make(Letter, "id")
const half = "\ud800"

it("a declared text with half of a surrogate pair is told by its field", () => {
  const refused = (field: string) => new Rejection(field, "holds half of a surrogate pair")
  expect([
    decode({ id: half, lines: [] }),
    decode({ id: "1", lines: [{ text: "whole" }, { text: `x${half}` }] }),
    decode({ id: "1", lines: [], counts: { [half]: 1 } })
  ]).toStrictEqual([refused("id"), refused("lines.1.text"), refused("counts")])
})

it("a whole pair is text, and fields that are not declared are not looked at", () => {
  expect(decode({ id: "😀", lines: [{ text: null }], note: half })).toStrictEqual({ id: "😀", lines: [{ text: null }] })
})
