import { it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { describe, expect } from "vitest"
import * as Human from "../../src/render/Human.ts"
import * as Layout from "../../src/render/Layout.ts"

const AnyText = Schema.String
const Word = Schema.String.pipe(Schema.pattern(/^\w{1,10}$/))
const LongWord = Schema.String.pipe(Schema.pattern(/^\w{1,24}$/))
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

  it.prop(
    "a table keeps every word in order, and is no wider than asked for where no word is wider",
    [Schema.Array(Schema.Tuple(Word, Word, Schema.Array(LongWord))), Schema.Int.pipe(Schema.between(30, 100))],
    ([rows, columns]) => {
      const cells = rows.map(([first, second, words]) => [first, second, words.join(" ")])
      const lines = Layout.table(cells, columns, ["a", "b", "c"])
      const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "")
      const told = wordsOf(lines.join(" "))
      expect(told.slice(told.length - wordsOf(cells.flat().join(" ")).length)).toEqual(wordsOf(cells.flat().join(" ")))
      expect(lines.filter((line) => Layout.width(line) > columns)).toEqual([])
    }
  )

  it("a table that does not fit has its last cells below themselves, then below their rows, then words where they fit", () => {
    const rows = [
      ["  users_raw", "materialize", "needed by what is made from it"],
      ["  b", "load", "selected"]
    ]
    const header = ["  asset", "action", "why this is so"]
    expect(
      [60, 45, 30, 20].map((columns) => `\n${Layout.table(rows, columns, header).join("\n")}\n`)
    ).toMatchInlineSnapshot(`
      [
        "
        asset      action       why this is so
        users_raw  materialize  needed by what is made from it
        b          load         selected
      ",
        "
        asset      action       why this is so
        users_raw  materialize  needed by what is
                                made from it
        b          load         selected
      ",
        "
        asset      action
        users_raw  materialize
            needed by what is made
            from it
        b          load
            selected
      ",
        "
        asset
        users_raw
            materialize
                needed by
                what is
                made from
                it
        b
            load
                selected
      ",
      ]
    `)
  })

  it("a word that has no room beside its row stands below it, and the other rows stay as they are", () => {
    const rows = [
      ["  kind", "table"],
      ["  defined", "packages/assets/src/assets/usersRaw.ts:5:33"],
      ["  makes", "users_without_messages and monitor_anomalous_messages"]
    ]
    expect(Layout.table(rows, 50)).toEqual([
      "  kind     table",
      "  defined",
      "      packages/assets/src/assets/usersRaw.ts:5:33",
      "  makes    users_without_messages and",
      "           monitor_anomalous_messages"
    ])
  })

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

it("wide characters take two columns, combining and joining ones none", () => {
  const texts = [
    "abc",
    "Zu\u0308rich",
    "\u6771\u4eac",
    "\uff21",
    "\u{1f642}",
    "\u2764\ufe0f",
    "a\u200db",
    "\u0e19\u0e49\u0e33"
  ]
  expect(texts.map(Layout.width)).toStrictEqual([3, 6, 4, 2, 2, 1, 2, 2])
})
