import { assert, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Classification from "../../src/privacy/classification.ts"
import * as JsonRows from "../../src/source/JsonRows.ts"
import * as QuickRows from "../../src/source/QuickRows.ts"
import { message, subscription, user } from "../support/sources.ts"

type Objects = ReadonlyArray<object>

const utf8 = (text: string) => new TextEncoder().encode(text)
const ofUsers = Classification.readFields(Classification.users)
const ofMessages = Classification.readFields(Classification.messages)

/** What is to come of a value: all that `JSON.parse` makes of it, with null where a field is not read. */
const seen = (value: unknown, fields: Classification.FieldTree): unknown => {
  if (Array.isArray(value)) return value.map((element) => seen(element, fields))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const below = fields.get(name)
      return [name, !fields.has(name) ? null : below === undefined ? inner : seen(inner, below)]
    })
  )
}

/** A list of objects, if that is what `JSON.parse` makes of the bytes. */
const reference = (bytes: Uint8Array): Objects | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes))
    const isObject = (one: unknown) => typeof one === "object" && one !== null && !Array.isArray(one)
    return Array.isArray(value) && value.every(isObject) ? value : undefined
  } catch {
    return undefined
  }
}

const text = FastCheck.oneof(
  FastCheck.constantFrom("", "]", ",", "\\", '"', '"}', "é", "🚆", "\u0000", "\n", "\u2028", "\ud800", "__proto__", "a: {"),
  FastCheck.string({ unit: "binary", maxLength: 8 })
)
const plain = FastCheck.oneof(
  text,
  FastCheck.constantFrom(null, true, false, 0, -0, 7, 1.5e300, -2, 1e-7),
  FastCheck.double()
)
/** A value of a field that nobody reads. */
const any = FastCheck.oneof(plain, FastCheck.jsonValue(), FastCheck.constantFrom([], {}, [[{}]], { id: [1] }))
const unread = FastCheck.dictionary(
  FastCheck.constantFrom("firstName", "address", "message", "surprise", "toString", "id2", "ürgendwas", "0"),
  any,
  { maxKeys: 3 }
)
const users = FastCheck.array(
  FastCheck.tuple(plain, unread, unread, FastCheck.array(FastCheck.tuple(plain, unread), { maxLength: 3 })).map(
    ([value, more, inner, subscriptions]) => ({
      ...more,
      ...user({ city: value, profile: { ...user().profile, ...inner, income: value } }),
      subscription: subscriptions.map(([amount, more]) => ({ ...subscription(), ...more, amount }))
    })
  ),
  { minLength: 1, maxLength: 5 }
)
const messages = FastCheck.array(
  FastCheck.tuple(plain, any, unread).map(([id, message_, more]) => ({ ...message({ id }), ...more, message: message_ })),
  { minLength: 1, maxLength: 8 }
)

/** Rows as somebody may have written them: with blanks and without, and with characters that need not be escaped and are. */
const written = (rows: FastCheck.Arbitrary<Objects>): FastCheck.Arbitrary<readonly [Objects, Uint8Array]> =>
  FastCheck.tuple(rows, FastCheck.constantFrom(undefined, 1, "\t", "\r\n "), FastCheck.boolean()).map(
    ([some, blanks, escaped]) => {
      const json = JSON.stringify(some, null, blanks)
      const ascii = json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      return [some, utf8(escaped ? ascii : json)]
    }
  )

it.prop(
  "rows are what JSON.parse makes of them, but for what nobody reads",
  [written(users), written(messages)],
  (both) => {
    for (const [at, [rows, bytes]] of both.entries()) {
      const fields = at === 0 ? ofUsers : ofMessages
      const found = QuickRows.make(fields)(bytes, true, true)
      // A name with an escape, or of more than ASCII, is left to JSON.parse.
      if (found === undefined) assert.include(JSON.stringify(rows), "ürgendwas")
      else assert.deepStrictEqual(found, seen(JSON.parse(new TextDecoder().decode(bytes)), fields))
    }
  },
  { fastCheck: { numRuns: 1_000 } }
)

it.prop(
  "they are the same wherever their bytes are cut",
  [written(messages), FastCheck.array(FastCheck.nat(900), { maxLength: 8 }), FastCheck.integer({ min: 1, max: 90 })],
  ([[, bytes], cuts, sliceBytes]) => {
    const reader = JsonRows.make(1_000_000, { sliceBytes, quick: QuickRows.make(ofMessages) })
    const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
    const parts = [...places, bytes.length].map((to, part) => bytes.subarray(places[part - 1] ?? 0, to))
    const rows = [...parts.map((part) => reader.push(part)), reader.end()].flatMap((some) => [...Either.getOrThrow(some)])
    // Of slices that JSON.parse has read, there is more than what is read.
    assert.deepStrictEqual(
      rows.map((row) => seen(row, ofMessages)),
      seen(JSON.parse(new TextDecoder().decode(bytes)), ofMessages)
    )
  }
)

it.prop(
  "of bytes that somebody has changed, there are rows only where JSON.parse finds the same",
  [
    written(users),
    FastCheck.array(
      FastCheck.tuple(
        FastCheck.nat(3_000),
        FastCheck.nat(2),
        FastCheck.constantFrom(...utf8('[]{},:"\\ 1n-.eu\n'), 0, 0x1f, 0xff, 0xc3, 0xef)
      ),
      { minLength: 1, maxLength: 3 }
    )
  ],
  ([[, bytes], changes]) => {
    const changed = [...bytes]
    for (const [at, remove, byte] of changes) changed.splice(at % (changed.length + 1), remove, byte)
    const found = QuickRows.make(ofUsers)(Uint8Array.from(changed), true, true)
    if (found !== undefined) assert.deepStrictEqual(found, seen(reference(Uint8Array.from(changed)), ofUsers))
  },
  { fastCheck: { numRuns: 3_000 } }
)

it("what is unusual is left to JSON.parse, and what it refuses is refused", () => {
  const quick = (text: string) => QuickRows.make(new Map([["id", undefined]]))(utf8(text), true, true)
  const left = [
    "",
    "[]",
    "[1]",
    "[null]",
    '[{"id":{}}]',
    '[{"id":[]}]',
    '[{"\\u0069d":1}]',
    '[{"__proto__":1}]',
    `[{"more":${"[".repeat(100)}${"]".repeat(100)}}]`,
    `[{${Array.from({ length: 2_000 }, (_, n) => `"n${n}":0`).join()}}]`
  ]
  const refused = [
    '[{"id":1},]',
    '[{"id":1,}]',
    '[{"id":01}]',
    '[{"id":+1}]',
    '[{"id":.5}]',
    '[{"id":1.}]',
    '[{"id":nul}]',
    '[{"more":"\\x"}]',
    '[{"more":"\\u12"}]',
    '[{"more":"\t"}]',
    '[{"more":[1,,2]}]',
    '[{"more":{"a"}}]',
    '[{"more":{"a":1 "b":2}}]',
    '[{"id":1}]]',
    '[{"id":1}] x',
    '[{"id":1',
    '[{"id":"1'
  ]
  for (const one of [...left, ...refused]) assert.isUndefined(quick(one), one)
  for (const one of refused) assert.throws(() => JSON.parse(one))
  assert.deepStrictEqual(quick(' [ {"id" : 1 , "id":"2"} ,\n{ } ] '), [{ id: "2" }, {}])
})
