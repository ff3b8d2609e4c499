import { expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import { cases } from "../../../../test/setup/size.ts"
import * as JsonRows from "../../src/source/JsonRows.ts"

/** Reads bytes in parts that end at these offsets. Returns all rows, or the reason why there are none. */
const read = (
  bytes: Uint8Array,
  cuts: ReadonlyArray<number> = [],
  sliceBytes?: number
): Either.Either<ReadonlyArray<unknown> | undefined, JsonRows.Fault> => {
  const reader = JsonRows.make(1_000_000, sliceBytes)
  const rows: Array<unknown> = []
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, bytes.length]) {
    const some = reader.push(bytes.subarray(from, to))
    if (Either.isLeft(some)) return some
    rows.push(...some.right)
    from = to
  }
  return Either.map(reader.end(), (last) => [...rows, ...last])
}

/** The rows that `JSON.parse` reads from the bytes, or none. */
const reference = (bytes: Uint8Array): ReadonlyArray<unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

const notUtf8: Either.Either<never, JsonRows.Fault> = Either.left({ _tag: "NotRows", why: "is not UTF-8", retryable: false })
const utf8 = (text: string) => new TextEncoder().encode(text)
/** From slices of a byte or two, cut between all rows, to one slice for everything. */
const sizes = [1, 2, 30, undefined]
const text = FastCheck.oneof(
  FastCheck.string({ maxLength: 5 }),
  FastCheck.constantFrom("]", ",", "\\", '"', "\\\\", "é", "🚆", "[{")
)
const row = FastCheck.oneof(
  FastCheck.dictionary(text, FastCheck.oneof(text, FastCheck.integer(), FastCheck.constantFrom(null, true, [], [{}])), {
    maxKeys: 1
  }),
  FastCheck.constantFrom(null, [], [1, [2]], {}, "", 7)
)
const rows = FastCheck.array(row, { maxLength: 12 })
const blanks = FastCheck.constantFrom("", " ", "\n\t", "\r\n ")
const cuts = FastCheck.array(FastCheck.nat(400), { maxLength: 12 })
/** An array with blanks in any place. */
const written = FastCheck.tuple(rows, blanks, blanks, FastCheck.boolean()).map(([some, before, between, marked]) =>
  utf8(
    `${marked ? "\uFEFF" : ""}${before}[${between}${some.map((one) => JSON.stringify(one)).join(`${between},${before}`)}${before}]${between}`
  )
)

it.prop(
  "an array has the rows that JSON.parse finds in it, wherever its bytes are cut",
  [written, cuts],
  ([bytes, places]) => {
    for (const sliceBytes of sizes) expect(read(bytes, places, sliceBytes)).toStrictEqual(Either.right(reference(bytes)))
  },
  { fastCheck: { numRuns: cases(500) } }
)

/** Rows that begin alike, also within each other and in texts, so that an apparent end of a row may not be one. */
const alike = FastCheck.array(
  FastCheck.record(
    {
      id: FastCheck.constantFrom(1, "2", null, "},{", '},{"id":3', [{ id: 4 }, { id: 5 }], {
        id: [{ id: "é" }, { id: {} }]
      }),
      text: FastCheck.oneof(text, FastCheck.constantFrom("},{", '"},{"id":'))
    },
    { requiredKeys: ["id"] }
  ),
  { maxLength: 12 }
).map((some) => utf8(JSON.stringify(some)))

it.prop(
  "rows that begin alike are cut at the ends of rows only",
  [alike, cuts],
  ([bytes, places]) => {
    for (const sliceBytes of sizes) {
      expect(read(bytes, places, sliceBytes)).toEqual(Either.right(reference(bytes)))
    }
  },
  { fastCheck: { numRuns: cases(500) } }
)

/** An array with a few bytes changed, added or removed, or any other bytes. */
const broken = FastCheck.oneof(
  FastCheck.tuple(
    written,
    FastCheck.array(
      FastCheck.tuple(
        FastCheck.nat(400),
        FastCheck.nat(2),
        FastCheck.constantFrom(...utf8('[]{},:"\\ 1n'), 0xff, 0xc3, 0xef)
      ),
      {
        minLength: 1,
        maxLength: 3
      }
    )
  ).map(([bytes, changes]) => {
    const changed = [...bytes]
    for (const [at, remove, byte] of changes) changed.splice(at % (changed.length + 1), remove, byte)
    return Uint8Array.from(changed)
  }),
  FastCheck.constantFrom("[1,]", "[,1]", "[1,,2]", "[1]]", "[1}", "[1] ,[2]", "[[1]", "1,2", "[1]1", "{}", "null").map(utf8)
)

it.prop(
  "what JSON.parse refuses, or finds no array in, has no rows",
  [broken, cuts],
  ([bytes, places]) => {
    const expected = reference(bytes)
    for (const sliceBytes of sizes) {
      const found = read(bytes, places, sliceBytes)
      if (expected === undefined) expect(Either.isLeft(found)).toBe(true)
      else expect(found).toStrictEqual(Either.right(expected))
    }
  },
  { fastCheck: { numRuns: cases(2_000) } }
)

it("rows are answered as soon as a slice is full, and no row is held that has been answered", () => {
  const reader = JsonRows.make(100, 10)
  const told = ["\uFEFF [1,", "[2,3],", '"12345,",', "6", "] "].map((part) => reader.push(utf8(part)))
  expect([...told, reader.end()]).toStrictEqual(
    [[], [], [1, [2, 3], "12345,"], [], [], [6]].map((some) => Either.right(some))
  )
})

it("a row that is too long is refused before it is whole, and so is anything else that goes on for ever", () => {
  const outcome = (first: string, rest: string) => {
    const reader = JsonRows.make(1_000, 10)
    let found = reader.push(utf8(first))
    for (let i = 0; i < 100 && Either.isRight(found); i++) found = reader.push(utf8(rest.repeat(20)))
    return found
  }
  const tooLong = Either.left({ _tag: "RowTooLong" })
  expect([
    outcome('[1,"', "a"),
    outcome("[1, ", " "),
    outcome("[1,", "["),
    outcome("[1,2] ", " "),
    outcome('"', "a")
  ]).toStrictEqual([
    tooLong,
    tooLong,
    tooLong,
    tooLong,
    Either.left({ _tag: "NotRows", why: "is not a list of rows", retryable: false })
  ])
  expect(outcome("", " ")).toStrictEqual(Either.right([]))
})

it("bad UTF-8 is told from bad JSON, though a character is cut in two", () => {
  const bytes = [utf8('[1,"🚆"]'), Uint8Array.of(0x5b, 0x22, 0xf0, 0x9f, 0x22, 0x5d), Uint8Array.of(0xef, 0xbb)]
  expect(bytes.map((some) => read(some, [5, 6], 1))).toStrictEqual([Either.right([1, "🚆"]), notUtf8, notUtf8])
})
