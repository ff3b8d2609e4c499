import { expect, it } from "@effect/vitest"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import * as TextRow from "@sluice/core/relation/TextRow"
import { isRejection } from "@sluice/core/source/Decoder"
import * as SchemaDecoder from "@sluice/core/source/SchemaDecoder"

const Things = Table.make("things", {
  description: "…",
  columns: {
    id: Column.id("thing", Column.text(3)),
    note: Column.nullable(Column.text(2)),
    count: Column.integer,
    amount: Column.decimal(4, 2),
    isOpen: Column.boolean,
    at: Column.timestamp,
    day: Column.day,
    city: Column.pii("city")
  },
  primaryKey: ["id"]
})

const { decode } = SchemaDecoder.make(TextRow.schema(Things), "id")
const row = {
  id: "a",
  note: null,
  count: "-12",
  amount: "10.50",
  isOpen: "true",
  at: "2024-03-01T10:30:00+01:00",
  day: "2024-02-29",
  city: "Bern"
}

it("text becomes what the table's columns hold", () => {
  expect(decode(row)).toStrictEqual({
    id: "a",
    note: null,
    count: -12,
    amount: "10.50",
    isOpen: true,
    at: "2024-03-01T09:30:00.000Z",
    day: "2024-02-29",
    city: Pii.make("city", "Bern")
  })
})

it("text that a column cannot hold is refused, in words of the column", () => {
  const wrong: ReadonlyArray<Partial<Record<keyof typeof row, string | null>>> = [
    { id: "abcd" },
    { id: null },
    { note: "🙂🙂🙂" },
    { count: "1.5" },
    { count: "9007199254740993" },
    { count: "" },
    { amount: "100.00" },
    { amount: "1.005" },
    { amount: "1e2" },
    { isOpen: "yes" },
    { at: "2024-03-01T10:30:00" },
    { day: "2024-02-30" }
  ]
  const reasons = wrong.map((change) => {
    const result = decode({ ...row, ...change })
    return isRejection(result) ? `${result.field} ${result.reason}` : "accepted"
  })
  const decimal = "amount is not a decimal with at most 2 digits before the point and 2 behind it"
  expect(reasons).toStrictEqual([
    "id is not text of at most 3 characters",
    "id is not text",
    "note is not text of at most 2 characters",
    "count is not a whole number",
    "count is not a whole number",
    "count is not a whole number",
    decimal,
    decimal,
    decimal,
    "isOpen is not true or false",
    "at is not a time with a zone",
    "day is not Day"
  ])
})

it("text of a table's longest length, and zeros around a decimal, are accepted", () => {
  const fits = { ...row, note: "🙂🙂", amount: "-0010.5000" }
  expect(isRejection(decode(fits))).toBe(false)
})
