import { it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import * as Human from "../../src/render/Human.ts"
import * as Layout from "../../src/render/Layout.ts"

const AnyText = Schema.String
const Columns = Schema.Int.pipe(Schema.between(1, 40))

describe("layout", () => {
  it.prop("cut text is never wider than asked for", [AnyText, Columns], ([text, columns]) => {
    expect(Layout.width(Layout.truncate(Layout.printable(text), columns, "…"))).toBeLessThanOrEqual(columns)
  })

  it.prop("padded text is as wide as asked for, or as wide as it was", [AnyText, Columns], ([text, columns]) => {
    const clean = Layout.printable(text)
    const expected = Math.max(columns, Layout.width(clean))
    expect([Layout.padEnd(clean, columns), Layout.padStart(clean, columns)].map(Layout.width)).toEqual([expected, expected])
  })

  it.prop(
    "wrapping keeps every word in order",
    [Schema.Array(Schema.NonEmptyTrimmedString), Columns],
    ([words, columns]) => {
      const text = words.map((word) => word.replace(/\s/g, "_")).join(" ")
      expect(Layout.wrap(text, columns).join(" ")).toBe(text)
    }
  )

  it("wide characters take two columns, combining ones and decoration none", () => {
    expect(["東京", "e\u0301", "\u001b[31mred\u001b[39m", "🚀"].map(Layout.width)).toEqual([4, 1, 3, 2])
  })
})

describe("numbers for people", () => {
  it("have separators, and durations the unit that fits", () => {
    expect([0, 999, 1234567].map(Human.count)).toEqual(["0", "999", "1,234,567"])
    expect([0.4, 35, 999, 1234, 59_949, 59_999, 125_000, 3_780_000].map(Human.duration)).toEqual([
      "0 ms",
      "35 ms",
      "999 ms",
      "1.2 s",
      "59.9 s",
      "1 min 0 s",
      "2 min 5 s",
      "1 h 3 min"
    ])
  })

  it("names are listed to a limit", () => {
    expect([["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]].map((names) => Human.list(names))).toEqual([
      "a",
      "a and b",
      "a, b and c",
      "a, b and 2 more"
    ])
  })
})
