import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as FileSource from "../src/FileSource.ts"
import { fileOf, read } from "./support/reading.ts"

const Event = Schema.Struct({ id: Schema.String, count: Schema.Int })
const events = FileSource.jsonLines({ path: "events.jsonl", item: Event })

it.effect("each line is a row, the last one needs no end, and fields that are not declared are counted", () =>
  Effect.gen(function* () {
    const file = '\ufeff{"id":"ä","count":1}\r\n\n{"count":2,"id":"b","email":"ada@example.com"}'
    const rows = [
      { id: "ä", count: 1 },
      { id: "b", count: 2 }
    ]
    for (const pieceBytes of [1, 5, 65_536]) {
      expect(yield* read(events, fileOf(file, pieceBytes))).toStrictEqual({
        rows,
        metadata: { rows: 2, unknown_fields: 1 },
        quarantined: []
      })
    }
  })
)

it.effect("a line that is not JSON, or not a row, is told by its number, and not quoted", () =>
  Effect.gen(function* () {
    expect(yield* read(events, fileOf('{"id":"a","count":1}\n\n{"id":"secret\n{"id":"b","count":1.5}\n["secret"]\n'))).toBe(
      '3 of 4 rows of events.jsonl cannot be decoded: line 3: the row is not JSON; line 4: count is not Int; line 5: the row is not an object. Nothing was loaded. Correct the file, or set `badRows: "quarantine"` to leave such rows out.'
    )
  })
)

it.effect("a line that does not end is refused before it fills the memory", () =>
  Effect.gen(function* () {
    expect(yield* read(events, fileOf(`\n"${"x".repeat(33 * 1024 * 1024)}`, 4 * 1024 * 1024))).toBe(
      "The file events.jsonl has a row that is longer than 32 MiB in line 2. Nothing was loaded. Correct the file."
    )
  })
)

it.effect("a line that is not JSON has no fields, and a text that is not Unicode is a bad row", () =>
  Effect.gen(function* () {
    const source = FileSource.jsonLines({ path: "events.jsonl", item: Event, badRows: "quarantine" })
    const good = Array.from({ length: 3 }, (_, count) => ({ id: `${count}`, count }))
    const bad = ["{secret", '{"id":"\\ud800","count":1}']
    const file = [...good.map((row) => JSON.stringify(row)), ...bad].join("\n")
    const told = (ordinal: number, field: string, reason: string) => ({ ordinal, id: null, field, reason })
    expect(yield* read(source, fileOf(file))).toStrictEqual({
      rows: good,
      metadata: { quarantined: 2, rows: 3, unknown_fields: 0 },
      quarantined: [told(4, "", "is not JSON"), told(5, "id", "holds half of a surrogate pair")]
    })
  })
)
