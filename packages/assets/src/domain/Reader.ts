import * as Day from "@sluice/core/data/Day"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Id from "@sluice/core/data/Id"
import { Pii } from "@sluice/core/data/Pii"
import * as Timestamp from "@sluice/core/data/Timestamp"
import { isObject, Rejection } from "@sluice/core/source/Decoder"
import { idLength, type Precision } from "./limits.ts"

/**
 * Reads one field of a row: returns its value, or the reason why there is none. Plain functions, so that both the handwritten
 * decoder and its specification by Schema can use them.
 */
export type Reader<A> = (input: unknown) => A | Refusal

/** The reason why a field is refused, in words that follow its path and never hold a value. */
export class Refusal {
  readonly reason: string
  private constructor(reason: string) {
    this.reason = reason
  }

  static readonly notText = new Refusal("is not text")
  static readonly notUnicode = new Refusal("holds half of a surrogate pair")
  static readonly tooLong = new Refusal("is too long")
  static readonly empty = new Refusal("is empty")
  static readonly notId = new Refusal("is neither text nor a whole number")
  static readonly unsafeId = new Refusal("is a number past 2^53, which lost digits in JSON; send it as text")
  static readonly notBoolean = new Refusal("is neither true nor false")
  static readonly notTimestamp = new Refusal("is not an ISO 8601 time with a zone")
  static readonly notDate = new Refusal("is not an ISO 8601 date")
  static readonly notDecimal = new Refusal("is not a decimal")
  static readonly imprecise = new Refusal("has more digits than its column")
}

export const isRefusal = (result: unknown): result is Refusal => result instanceof Refusal

/** Text of at most `maxLength` characters (code points). Any text is valid: "" and "NULL" too. */
export const text =
  (maxLength: number): Reader<string> =>
  (input) => {
    if (typeof input !== "string") return Refusal.notText
    if (loneSurrogate.test(input)) return Refusal.notUnicode
    return input.length > maxLength && longerThan(input, maxLength) ? Refusal.tooLong : input
  }

/** Text that is wrapped as a personal value immediately. */
export const pii = <const K extends string>(kind: K, maxLength: number): Reader<Pii<K>> => {
  const read = text(maxLength)
  return (input) => {
    const value = read(input)
    return typeof value === "string" ? Pii.make(kind, value) : value
  }
}

/** An id of a kind: text, or a whole number that JSON carries exactly. */
export const id =
  <const K extends string>(kind: K): Reader<Id.Id<K>> =>
  (input) => {
    if (typeof input === "number" && Number.isInteger(input)) {
      return Number.isSafeInteger(input) ? Id.make(kind, String(input)) : Refusal.unsafeId
    }
    if (typeof input !== "string") return Refusal.notId
    if (input === "") return Refusal.empty
    const text = idText(input)
    return isRefusal(text) ? text : Id.make(kind, text)
  }

const rowId = id("row")

/** The id of any row, if it is well-formed. */
export const idOf = (row: unknown): string | null => {
  const read = isObject<"id">(row) && Object.hasOwn(row, "id") ? rowId(row.id) : null
  return typeof read === "string" ? read : null
}

/** The rejection of a row for a refused field. `path` is that of the object: `profile.`. */
export const refused = (object: object, path: string, name: string, refusal: Refusal): Rejection =>
  new Rejection(path + name, Object.hasOwn(object, name) ? refusal.reason : "is missing")

/** `true` or `false`. The texts "true" and "false" are refused. */
export const boolean: Reader<boolean> = (input) => (typeof input === "boolean" ? input : Refusal.notBoolean)

/** A point in time with its zone, as UTC with milliseconds. */
export const timestamp: Reader<Timestamp.Timestamp> = (input) =>
  typeof input === "string" ? (Timestamp.fromText(input) ?? Refusal.notTimestamp) : Refusal.notTimestamp

/** A calendar day, alone or as part of a time, as written. */
export const birthDate: Reader<Pii<"birth_date">> = (input) =>
  typeof input === "string" && (Day.is(input) || Timestamp.fromText(input) !== undefined)
    ? Pii.make("birth_date", input)
    : Refusal.notDate

/**
 * An exact decimal with `scale` digits behind the point: `"1e3"` is `1000.00`. A value that would need rounding is refused. A
 * JSON number is accepted if it has at most fifteen digits, which JSON carries exactly.
 */
export const decimal = ({ precision, scale }: Precision): Reader<Decimal.Decimal> => {
  // The form of nearly every amount, which is returned unchanged.
  const usualForm = new RegExp(`^(?:0|[1-9]\\d{0,${precision - scale - 1}})${scale === 0 ? "" : `\\.\\d{${scale}}`}$`)
  const isUsual = (text: string): text is Decimal.Decimal => usualForm.test(text)
  const zero = Decimal.fromNumber(0, scale)
  return (input) => {
    if (typeof input === "string" && isUsual(input)) return input
    if (typeof input !== "string" && typeof input !== "number") return Refusal.notDecimal
    const match = decimalForm.exec(String(input))
    if (match === null) return Refusal.notDecimal
    const [, sign = "", whole = "", fraction = "", exponent = "0"] = match
    if (whole === "" && fraction === "") return Refusal.notDecimal
    const digits = (whole + fraction).replace(/^0+/, "").replace(/0+$/, "")
    if (digits === "") return zero
    if (typeof input === "number" && digits.length > exactDigits) return Refusal.imprecise
    const trailing = whole.length + fraction.length - (whole + fraction).replace(/0+$/, "").length
    const power = Number(exponent) - fraction.length + trailing
    if (power < -scale || digits.length + power > precision - scale) return Refusal.imprecise
    const scaled = (digits + "0".repeat(power + scale)).padStart(scale + 1, "0")
    const point = scaled.length - scale
    const text = `${sign === "-" ? "-" : ""}${scaled.slice(0, point)}${scale === 0 ? "" : `.${scaled.slice(point)}`}`
    return Decimal.is(text) ? text : Refusal.notDecimal
  }
}

/** `null` for null and for a missing field. */
export const nullable =
  <A>(read: Reader<A>): Reader<A | null> =>
  (input) =>
    input === null || input === undefined ? null : read(input)

const idText = text(idLength)

/** Doubles carry every decimal with this many digits exactly (IEEE 754, DBL_DIG). */
const exactDigits = 15

const decimalForm = /^([+-]?)(\d{0,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,4}))?$/

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

const longerThan = (text: string, maxLength: number): boolean => {
  if (text.length > 2 * maxLength) return true
  let count = 0
  for (const _ of text) if (++count > maxLength) return true
  return false
}
