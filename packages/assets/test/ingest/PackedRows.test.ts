import { expect, it } from "@effect/vitest"
import * as Packed from "@sluice/core/data/Packed"
import * as PackedRows from "@sluice/rest-source/ingest/PackedRows"
import * as RowHash from "@sluice/rest-source/ingest/RowHash"
import * as Endpoints from "../../src/endpoints.ts"
import * as Decoded from "../support/decoded.ts"

// Regression: the ids of a small page, ten bytes, kept their whole 16 KB compression buffer alive. For a million rows in pages
// of ten, that was 1.6 GB, and a page index counted a few MB.
it("the ids of a few rows take no more memory than they have bytes", () => {
  const { ids } = PackedRows.make(Endpoints.messages, [Decoded.message({ id: "7" })])
  expect(ids.buffer.byteLength).toBe(ids.byteLength)
})

it("rows are told apart by what they have, by where it ends, and by whether it is nothing", () => {
  const codec = Packed.codec<ReadonlyArray<string | null>>({
    write: (row, sink) => {
      for (const text of row) sink.put(text)
    },
    reading: () => () => []
  })
  const rows = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["abc", null], ["", "abc"], [null, "abc"], [], [""], [null]]
  const { contents } = PackedRows.make({ codec, id: () => "" }, [...rows, ["ab", "c"]])
  expect([new Set(contents).size, contents.at(-1)]).toStrictEqual([rows.length, contents[0]])
  expect(RowHash.fromBytes(RowHash.toBytes(contents))).toStrictEqual(contents)
})

it("rows that are packed some at a time are packed the same as at once", () => {
  const rows = Array.from({ length: 7 }, (_, i) => Decoded.message({ id: `é${i}`, receiverId: i % 2 === 0 ? "" : "🚆" }))
  const packer = PackedRows.packer(Endpoints.messages)
  for (const [from, to] of [
    [0, 3],
    [3, 3],
    [3, 4],
    [4, 7]
  ])
    packer.add(rows.slice(from, to))
  expect(packer.done()).toStrictEqual(PackedRows.make(Endpoints.messages, rows))
})
