import * as Packed from "@sluice/core/data/Packed"
import { Pii } from "@sluice/core/data/Pii"
import { Hash53 } from "@sluice/core/fingerprint"
import { expect, it } from "vitest"

interface Row {
  readonly id: string
  readonly city: Pii<"city"> | null
}

const codec = Packed.codec<Row>({
  write: (row, sink) => {
    sink.put(row.id)
    sink.pii(row.city)
  },
  reading: () => {
    const wrap = Packed.wrapping("city")
    return (cursor) => ({ id: cursor.text(), city: cursor.pii(wrap) })
  }
})
const rows: ReadonlyArray<Row> = ["Zürich", null, "", "🙂\0", "Zürich"].map((city, i) => ({
  id: String(i),
  city: city === null ? null : Pii.make("city", city)
}))

it("personal values come back wrapped, as they were, and equal ones of a block are one object", () => {
  const back = codec.decode(Packed.fromBytes(Packed.toBytes(codec.encode(rows))))
  expect(back).toStrictEqual(rows)
  expect(back[4]?.city).toBe(back[0]?.city)
})

it("a personal value cannot be read as text, nor text as a personal value", () => {
  const reading = (read: (cursor: Packed.Cursor) => unknown) =>
    Packed.codec<unknown>({ write: () => undefined, reading: () => read }).decode(codec.encode(rows.slice(0, 1)))
  expect(() => reading((cursor) => [cursor.text(), cursor.text()])).toThrow("Read what Sink.pii took by Cursor.pii.")
  expect(() => reading((cursor) => cursor.pii(Packed.wrapping("city")))).toThrow("Read what Sink.put took by Cursor.text.")
})

it("a sink of one's own is given personal values wrapped, and a hash is that of their text", () => {
  const taken: Array<unknown> = []
  codec.write(rows[0] ?? { id: "", city: null }, { put: (text) => taken.push(text), pii: (value) => taken.push(value) })
  expect(taken.map(String)).toStrictEqual(["0", "<city>"])
  const [wrapped, plain] = [new Hash53(), new Hash53()]
  wrapped.pii(Pii.make("city", "Zürich"))
  plain.put("Zürich")
  expect(wrapped.take()).toBe(plain.take())
})
