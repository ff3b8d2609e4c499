import { expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Reader from "../../src/domain/Reader.ts"

const { Refusal } = Reader
const readId: Reader.Reader<string> = Reader.id("user")
const money = Reader.decimal({ precision: 18, scale: 2 })

it("an id is text, or a whole number that JSON carries exactly", () => {
  const inputs = ["1", "007", " a ", 7, -0, 9_007_199_254_740_991, "9007199254740993", "x".repeat(64)]
  expect(inputs.map((input) => readId(input))).toStrictEqual([
    "1",
    "007",
    " a ",
    "7",
    "0",
    "9007199254740991",
    "9007199254740993",
    "x".repeat(64)
  ])
  expect(
    [JSON.parse("9007199254740993"), 1.5, "", null, true, "x".repeat(65), "\ud800"].map((input) => readId(input))
  ).toStrictEqual([
    Refusal.unsafeId,
    Refusal.notId,
    Refusal.empty,
    Refusal.notId,
    Refusal.notId,
    Refusal.tooLong,
    Refusal.notUnicode
  ])
})

it("text is taken as it is: blanks, words for nothing, control characters and quotes are values", () => {
  const odd = ["", "NULL", "None", "Zürich ", "a\tb\nc\\d\u0000'; DROP TABLE x; --", "🙂", "__proto__", "constructor"]
  expect(odd.map(Reader.text(40))).toStrictEqual(odd)
})

it("text is measured in characters, not in UTF-16 units, and half a character is refused", () => {
  expect(["🙂🙂🙂", "🙂🙂🙂🙂", "abcd", "\udc00", "\ud83d\ud83d\ude42", 5].map(Reader.text(3))).toStrictEqual([
    "🙂🙂🙂",
    Refusal.tooLong,
    Refusal.tooLong,
    Refusal.notUnicode,
    Refusal.notUnicode,
    Refusal.notText
  ])
})

it("the words true and false are not booleans", () => {
  expect([true, false, "true", 1, null].map(Reader.boolean)).toStrictEqual([
    true,
    false,
    Refusal.notBoolean,
    Refusal.notBoolean,
    Refusal.notBoolean
  ])
})

it("decimals are exact, with the digits of their column", () => {
  const inputs = ["12.5", "1e3", "1E+3", "+7", "-0.10", ".5", "000123.4500", "0", "-0", "1.5e-1", "12e-2", 0.1, 1e3, 93216.5]
  expect(inputs.map(money)).toStrictEqual([
    "12.50",
    "1000.00",
    "1000.00",
    "7.00",
    "-0.10",
    "0.50",
    "123.45",
    "0.00",
    "0.00",
    "0.15",
    "0.12",
    "0.10",
    "1000.00",
    "93216.50"
  ])
  expect(money("9999999999999999.99")).toStrictEqual("9999999999999999.99")
})

it("what would have to be rounded, or is not a plain decimal, is refused", () => {
  const imprecise = ["1.005", "1e-3", "10000000000000000", "1e16", "1e9999", 0.1 + 0.2, 1e300, 1234567890123456]
  const odd = [
    "NaN",
    "1,000.00",
    "",
    " 1",
    "1 ",
    "0x10",
    "1.",
    "1e",
    "Infinity",
    "$5",
    "--1",
    "1_000",
    Number.NaN,
    null,
    true,
    []
  ]
  expect([...imprecise, ...odd].map((input) => money(input))).toStrictEqual([
    ...imprecise.map(() => Refusal.imprecise),
    ...odd.map(() => Refusal.notDecimal)
  ])
})

it.prop(
  "a decimal of the column's form is read as itself",
  [FastCheck.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n })],
  ([cents]) => {
    const digits = String(cents < 0n ? -cents : cents).padStart(3, "0")
    const text = `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
    expect(money(text)).toBe(text)
  }
)
