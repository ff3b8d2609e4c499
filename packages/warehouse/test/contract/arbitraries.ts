import * as Day from "@sluice/core/data/Day"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as DateTime from "effect/DateTime"
import * as FastCheck from "effect/FastCheck"
import { type EverythingRow, everythingRow } from "./support.ts"

const nasty = [
  "",
  "NULL",
  "None",
  "null",
  " leading and trailing ",
  "tab\tnewline\nreturn\rbackslash\\n",
  "'; DROP TABLE contract_everything; --",
  '"double" `back` %_?',
  "NUL\0inside",
  "\0",
  "é e\u0301 ß ẞ İ ı",
  "😀👩‍👩‍👧‍👦",
  "\ufefffirst",
  "\u0001\u001f\u007f\uffff"
]

const edges: ReadonlyArray<Partial<EverythingRow>> = [
  ...nasty.map((label) => ({ label, label_or_null: label })),
  { label: "😀".repeat(200) },
  { label: "x".repeat(200) },
  { count_or_null: Number.MAX_SAFE_INTEGER },
  { count_or_null: Number.MIN_SAFE_INTEGER },
  { amount: "0.00", amount_or_null: "0.00" },
  { amount: "-0.01", amount_or_null: "-9999999999.99" },
  { amount: "9999999999.99", big: "99999999999999999999.9999999999" },
  { big: "-12345678901234567890.0123456789" },
  { flag: false, flag_or_null: false },
  { at: "1970-01-01T00:00:00.000Z", at_or_null: "2024-02-29T23:59:59.999Z" },
  { at: "1000-01-01T00:00:00.000Z", at_or_null: "9999-12-31T23:59:59.999Z" },
  { at: "2024-03-31T02:30:00.001Z", at_or_null: "2024-10-27T02:30:00.010Z" },
  { day: "2024-02-29", day_or_null: "9999-12-31" }
]

/** A row for each boundary value of its column, in key order. */
export const edgeRows = edges.map((row, position) => everythingRow({ id: "edge", position, ...row }))

/** The order of keys: by bytes, then by number. */
export const byKey = (a: EverythingRow, b: EverythingRow): number =>
  Buffer.compare(Buffer.from(a.id, "utf8"), Buffer.from(b.id, "utf8")) || a.position - b.position

const text = (maxLength: number) =>
  FastCheck.oneof(
    FastCheck.constantFrom(...nasty.filter((value) => value.length <= maxLength)),
    FastCheck.string({ unit: "binary", maxLength: Math.floor(maxLength / 2) })
  )

const decimal = (wholeDigits: number, scale: number) =>
  FastCheck.tuple(
    FastCheck.boolean(),
    FastCheck.bigInt({ min: 0n, max: 10n ** BigInt(wholeDigits) - 1n }),
    FastCheck.bigInt({ min: 0n, max: 10n ** BigInt(scale) - 1n })
  )
    .map(([negative, whole, fraction]) => {
      const sign = negative && (whole > 0n || fraction > 0n) ? "-" : ""
      return `${sign}${whole}.${fraction.toString().padStart(scale, "0")}`
    })
    .filter(Decimal.is)

const instant = FastCheck.date({
  min: new Date("1000-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true
}).map((date) => Timestamp.fromDateTime(DateTime.unsafeMake(date)))

const day = instant.map((at) => at.slice(0, 10)).filter(Day.is)

const orNull = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })

const row: FastCheck.Arbitrary<EverythingRow> = FastCheck.record({
  id: text(40),
  position: FastCheck.maxSafeInteger(),
  label: text(200),
  amount: decimal(10, 2),
  big: decimal(20, 10),
  flag: FastCheck.boolean(),
  at: instant,
  day,
  label_or_null: orNull(text(200)),
  count_or_null: orNull(FastCheck.maxSafeInteger()),
  amount_or_null: orNull(decimal(10, 2)),
  flag_or_null: orNull(FastCheck.boolean()),
  at_or_null: orNull(instant),
  day_or_null: orNull(day)
})

/** Rows of every column type, no two with the same key. */
export const rows: FastCheck.Arbitrary<ReadonlyArray<EverythingRow>> = FastCheck.uniqueArray(row, {
  selector: ({ id, position }) => `${position} ${id}`,
  maxLength: 60,
  size: "max"
})
