import { expect, it } from "@effect/vitest"
import * as UnknownFields from "@sluice/core/source/UnknownFields"
import * as FastCheck from "effect/FastCheck"
import { knownFields } from "../../src/privacy/classification.ts"

const known = knownFields({
  id: { class: "keep", reason: "", legal: "a law" },
  "inner.a": { class: "keep", reason: "", legal: "a law" },
  "list[].b": { class: "drop", reason: "", legal: "a law" }
})

/** The reference: it visits every name of every row. */
const plainly = (rows: ReadonlyArray<unknown>): ReadonlyArray<string> => rows.flatMap((row) => unknownIn(row, known, ""))

const unknownIn = (value: unknown, fields: typeof known, path: string): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap((one) => (Array.isArray(one) ? [] : unknownIn(one, fields, path)))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, held]) => {
    if (!fields.has(name)) return [path + name]
    const inner = fields.get(name)
    return inner === undefined ? [] : unknownIn(held, inner, `${path}${name}.`)
  })
}

const record = (names: ReadonlyArray<string>, value: FastCheck.Arbitrary<unknown>) =>
  FastCheck.uniqueArray(FastCheck.tuple(FastCheck.constantFrom(...names), value), { selector: ([name]) => name }).map(
    (entries) => Object.fromEntries(entries)
  )
const anything = FastCheck.constantFrom(null, 1, "x", [], {})
const inside = FastCheck.oneof(anything, record(["a", "b", "strange"], anything))
const row = record(["id", "inner", "list", "odd"], FastCheck.oneof(inside, FastCheck.array(inside, { maxLength: 3 })))

it.prop(
  "rows of any shape, one after the other, are counted as by going through all of their names",
  [FastCheck.array(FastCheck.oneof(row, anything), { maxLength: 8 })],
  ([rows]) => {
    const counter = UnknownFields.counter(known)
    for (const one of rows) counter.see(one)
    const expected = new Map<string, number>()
    for (const name of plainly(rows)) expected.set(name, (expected.get(name) ?? 0) + 1)
    expect(new Map([...counter.counts].sort())).toStrictEqual(new Map([...expected].sort()))
  },
  { fastCheck: { numRuns: 1_000 } }
)
