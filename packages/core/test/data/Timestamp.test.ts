import { expect, it } from "@effect/vitest"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"

it("offsets are converted, missing milliseconds added, finer fractions cut off", () => {
  const times = [
    "2024-03-01T09:30:00.000Z",
    "2024-03-01T10:30:00+01:00",
    "2024-02-29T23:59:59.999Z",
    "2023-12-31T23:30:00.5-0130",
    "2024-03-01T09:30:00.123987Z",
    "2024-03-01T09:30Z"
  ]
  expect(times.map(Timestamp.fromText)).toStrictEqual([
    "2024-03-01T09:30:00.000Z",
    "2024-03-01T09:30:00.000Z",
    "2024-02-29T23:59:59.999Z",
    "2024-01-01T01:00:00.500Z",
    "2024-03-01T09:30:00.123Z",
    "2024-03-01T09:30:00.000Z"
  ])
})

it("times that do not exist, have no zone, or that SQL has no room for are refused", () => {
  const odd = [
    "2024-02-30T00:00:00.000Z",
    "2023-02-29T00:00:00.000Z",
    "2024-04-31T00:00:00.000Z",
    "2024-13-01T00:00:00.000Z",
    "2024-01-01T24:00:00.000Z",
    "2024-01-01T10:60:00.000Z",
    "2024-12-31T23:59:60.000Z",
    "2024-03-01",
    "2024-03-01T09:30:00",
    "2024-03-01 09:30:00Z",
    "2024-03-01T09:30:00+24:00",
    "1709285400",
    "Fri, 01 Mar 2024 09:30:00 GMT",
    "0999-12-31T23:59:59.999Z",
    "1000-01-01T00:30:00+01:00",
    "9999-12-31T23:30:00-01:00",
    "+012024-03-01T09:30:00.000Z",
    " 2024-03-01T09:30:00.000Z",
    "2024-03-01T09:30:00.000Z\n",
    ""
  ]
  expect(odd.map((text) => Timestamp.fromText(text))).toStrictEqual(odd.map(() => undefined))
})

it.prop(
  "any time in UTC with milliseconds is itself, and the same time in another zone is it too",
  [
    FastCheck.date({ min: new Date("1000-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true }),
    FastCheck.integer({ min: -1439, max: 1439 })
  ],
  ([date, offset]) => {
    const utc = date.toISOString()
    const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
    const clock = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) => String(part).padStart(2, "0"))
    expect([
      Timestamp.fromText(utc),
      Timestamp.fromText(`${local}${offset < 0 ? "-" : "+"}${clock.join(":")}`)
    ]).toStrictEqual([utc, utc])
  }
)

it("an instant is written to the millisecond", () => {
  expect(Timestamp.fromDateTime(DateTime.unsafeMake(1_709_285_400_007))).toBe("2024-03-01T09:30:00.007Z")
})

it("a schema reads any time with a zone as UTC, and refuses other text", () => {
  const decoded = ["2024-03-01T10:30:00+01:00", "2024-03-01T09:30:00.007Z", "2024-03-01", ""].map((text) =>
    Either.getOrElse(Schema.decodeEither(Timestamp.anyZone)(text), () => "refused")
  )
  expect(decoded).toStrictEqual(["2024-03-01T09:30:00.000Z", "2024-03-01T09:30:00.007Z", "refused", "refused"])
})
