import { expect, it } from "@effect/vitest"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import * as JsonText from "@sluice/warehouse/embedded/JsonText"
import * as SqliteRow from "@sluice/warehouse/embedded/SqliteRow"
import * as FastCheck from "effect/FastCheck"

const misfits: ReadonlyArray<readonly [column: Column.Any, value: unknown, reason: string]> = [
  [Column.text(3), null, "is null"],
  [Column.text(3), undefined, "is not text"],
  [Column.text(3), "four", "is longer than 3 characters"],
  [Column.text(3), "😀😀😀😀", "is longer than 3 characters"],
  [Column.text(3), 12, "is not text"],
  [Column.integer, 1.5, "is not a safe integer"],
  [Column.integer, 2 ** 53, "is not a safe integer"],
  [Column.integer, Number.NaN, "is not a safe integer"],
  [Column.integer, "1", "is not a safe integer"],
  [Column.decimal(5, 2), "1234.5", "is not a decimal with at most 3 digits before the point and 2 behind it"],
  [Column.decimal(5, 2), "1.234", "is not a decimal with at most 3 digits before the point and 2 behind it"],
  [Column.decimal(5, 2), "1e3", "is not a decimal with at most 3 digits before the point and 2 behind it"],
  [Column.decimal(5, 2), "NaN", "is not a decimal with at most 3 digits before the point and 2 behind it"],
  [Column.decimal(5, 2), 12, "is not a decimal with at most 3 digits before the point and 2 behind it"],
  [Column.decimal(2, 2), "1.00", "is not a decimal with at most 0 digits before the point and 2 behind it"],
  [Column.boolean, "true", "is not a boolean"],
  [Column.boolean, 1, "is not a boolean"],
  [Column.timestamp, "2024-02-30T00:00:00.000Z", "is not a timestamp like 2024-03-01T09:30:00.000Z"],
  [Column.timestamp, "2024-02-28T24:00:00.000Z", "is not a timestamp like 2024-03-01T09:30:00.000Z"],
  [Column.timestamp, "2024-02-28T24:00:01.000Z", "is not a timestamp like 2024-03-01T09:30:00.000Z"],
  [Column.timestamp, "2024-02-28T00:00:00Z", "is not a timestamp like 2024-03-01T09:30:00.000Z"],
  [Column.timestamp, "2024-02-28T00:00:00.000+01:00", "is not a timestamp like 2024-03-01T09:30:00.000Z"],
  [Column.day, "2023-02-29", "is not a day like 2024-03-01"],
  [Column.day, "2024-13-01", "is not a day like 2024-03-01"],
  [Column.pii("city"), Pii.make("city", "x"), "is a personal value, which only the masker stores, in a mask table"]
]
for (const [column, value, reason] of misfits) {
  const text = typeof value === "string" ? `"${value}"` : String(value)
  it(`${column.type._tag} refuses ${text}: it ${reason}`, () => {
    const encode = SqliteRow.encoder({ first: Column.integer, second: column })
    const misfit = encode({ first: 1, second: value }, 41, new JsonText.Writer())
    expect(misfit).toStrictEqual({ _tag: "Misfit", ordinal: 41, column: "second", reason })
  })
}

/** Rows as SQLite reads them. */
const written = (columns: Table.Columns, rows: ReadonlyArray<Readonly<Record<string, unknown>>>): unknown => {
  const encode = SqliteRow.encoder(columns)
  const text = new JsonText.Writer()
  for (const [ordinal, row] of rows.entries()) expect(encode(row, ordinal, text)).toBe(undefined)
  return JSON.parse(text.rows().toString())
}

it("a time is written as SQL has it, on the last day of a month too", () => {
  const rows = [{ at: "2024-02-29T23:59:59.999Z" }, { at: "2024-03-01T00:00:00.000Z" }]
  expect(written({ at: Column.timestamp }, rows)).toStrictEqual([["2024-02-29 23:59:59.999"], ["2024-03-01 00:00:00.000"]])
})

it("length counts characters, as MySQL does, and not UTF-16 units", () => {
  expect(written({ a: Column.text(3) }, [{ a: "😀😀😀" }])).toStrictEqual([["😀😀😀"]])
})

/** Text after a round trip through UTF-8: half a pair has become U+FFFD. */
const wellFormed = (text: string): string => Buffer.from(text).toString()

const unit = FastCheck.oneof(
  FastCheck.constantFrom('"', "\\", "\u0000", "\u001f", "\u007f", "é", "€", "\ufeff", "😀"),
  FastCheck.string()
)

it.prop(
  "rows are JSON that says what they have, however long, one after the other",
  [
    FastCheck.array(FastCheck.record({ text: FastCheck.string({ unit, size: "large" }), int: FastCheck.maxSafeInteger() }), {
      minLength: 1
    })
  ],
  ([rows]) => {
    const columns = { text: Column.text(1_000_000), int: Column.integer, none: Column.nullable(Column.boolean) }
    const all = rows.map(({ int, text }) => ({ int, text, none: null }))
    expect(written(columns, all)).toStrictEqual(all.map(({ int, text }) => [wellFormed(text), int, null]))
  }
)

it("half a surrogate pair is written as U+FFFD, and a whole one stays, wherever a long text is cut", () => {
  for (const start of [0, 4_094, 4_095, 4_096]) {
    const long = "a".repeat(start)
    const texts = [`${long}😀b`, `${long}\ud83d`, `${long}\ude00b`, `${long}\ud83db`]
    const rows = texts.map((text) => ({ text }))
    expect(written({ text: Column.text(1_000_000) }, rows)).toStrictEqual(texts.map((text) => [wellFormed(text)]))
  }
})

it("a fixed decimal has all digits of its scale, no leading zeros, and no sign on zero", () => {
  expect(["1", "01.5", "-0.00", "-0", "0.5", "-12.340"].map((decimal) => SqliteRow.fixed(decimal, 3))).toStrictEqual([
    "1.000",
    "1.500",
    "0.000",
    "0.000",
    "0.500",
    "-12.340"
  ])
})

it("SQLite's numbers hold any decimal of fifteen digits exactly", () => {
  FastCheck.assert(
    FastCheck.property(
      FastCheck.integer({ min: 0, max: 15 }),
      FastCheck.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
      (scale, digits) => {
        const all = digits.toString().padStart(scale + 1, "0")
        const text = scale === 0 ? all : `${all.slice(0, -scale)}.${all.slice(-scale)}`
        return SqliteRow.fixed(Number(text).toFixed(scale), scale) === SqliteRow.fixed(text, scale)
      }
    )
  )
})
