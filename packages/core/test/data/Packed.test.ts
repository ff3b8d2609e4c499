import { expect, it } from "@effect/vitest"
import * as Packed from "@sluice/core/data/Packed"
import * as FastCheck from "effect/FastCheck"

type Row = ReadonlyArray<string | null>

/** Rows of any number of texts. */
const rowCodec: Packed.Codec<Row> = Packed.codec({
  write: (row, sink) => {
    sink.put(String(row.length))
    for (const text of row) sink.put(text)
  },
  reading: () => (cursor) => Array.from({ length: Number(cursor.text()) }, () => cursor.orNull())
})

const text = FastCheck.oneof(
  FastCheck.constantFrom(null, "", "null", "\uFEFF", "\u0000", "🙂"),
  FastCheck.string({ unit: "binary", maxLength: 40 })
)
const rows = FastCheck.array(FastCheck.array(text, { maxLength: 4 }), { maxLength: 12 })
/** As text, so that a failure shows it. */
const bytesOf = ({ lengths, text }: Packed.Packed) => [
  Buffer.from(lengths).toString("hex"),
  Buffer.from(text).toString("hex")
]

it.prop(
  "rows that are unpacked some at a time are the same",
  [rows, FastCheck.integer({ min: 1, max: 13 })],
  ([all, most]) => {
    const parts = [...rowCodec.decodeBy(most, rowCodec.encode(all))]
    expect(parts.flat()).toStrictEqual(all)
    for (const [at, { length }] of parts.entries()) expect(length).toBe(Math.min(most, all.length - at * most))
  }
)

it.prop("rows come back as they were packed, also from one piece of bytes that lies anywhere", [rows], ([all]) => {
  const bytes = Packed.toBytes(rowCodec.encode(all))
  const shifted = new Uint8Array(bytes.length + 1)
  shifted.set(bytes, 1)
  expect(rowCodec.decode(rowCodec.encode(all))).toStrictEqual(all)
  expect(rowCodec.decode(Packed.fromBytes(shifted.subarray(1)))).toStrictEqual(all)
  expect(bytes.length).toBe(Packed.size(rowCodec.encode(all)))
})

it.prop(
  "the bytes of rows do not depend on how they were paged, and differ where rows do",
  [rows, rows],
  ([left, right]) => {
    const [first, second] = [rowCodec.encode(left), rowCodec.encode(right)].map(bytesOf)
    const together = bytesOf(rowCodec.encode([...left, ...right]))
    expect(together).toStrictEqual(together.map((_, part) => `${first?.[part]}${second?.[part]}`))
    expect(JSON.stringify(first) === JSON.stringify(second)).toBe(JSON.stringify(left) === JSON.stringify(right))
  }
)

it("of equal texts, one value is made and shared", () => {
  const made: Array<string> = []
  const intern = Packed.interned((value) => {
    made.push(value)
    return { value }
  })
  const [a, b, again] = ["Zürich", "", "Zürich"].map(intern)
  expect([a === again, a === b, made]).toStrictEqual([true, false, ["Zürich", ""]])
})
