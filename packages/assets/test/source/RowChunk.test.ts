import { expect, it } from "@effect/vitest"
import * as RowChunk from "@sluice/rest-source/source/RowChunk"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Endpoints from "../../src/endpoints.ts"
import { user } from "../support/sources.ts"

/** The sizes of a text's chunks and the ids of their rows. The text arrives in parts that end at these offsets. */
const chunksOf = ({ end, push }: RowChunk.Chunker<unknown>, text: string, cuts: ReadonlyArray<number>) => {
  const bytes = new TextEncoder().encode(text)
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)
  const found = [...places, bytes.length].map((to, i) => push(bytes.slice(places[i - 1] ?? 0, to)))
  return [...found, end()].flatMap((chunks) => Either.getOrThrow(chunks)).map(({ size }) => size)
}

const cities = (lengths: ReadonlyArray<number>) =>
  JSON.stringify(lengths.map((length, i) => user({ id: String(i), city: "x".repeat(length), subscription: [] })))
const limits = { maxRowBytes: 2 ** 20, rowsOfChunk: 9, bytesOfChunk: 3_000 }

it.prop(
  "a chunk ends with the row by which it has its bytes, wherever the text is cut",
  [
    FastCheck.array(FastCheck.integer({ min: 1, max: 1_500 }), { minLength: 1, maxLength: 30 }),
    FastCheck.array(FastCheck.nat(30_000), { maxLength: 8 })
  ],
  ([lengths, cuts]) => {
    const text = cities(lengths)
    const whole = chunksOf(RowChunk.chunker(Endpoints.users, limits), text, [])
    expect(chunksOf(RowChunk.chunker(Endpoints.users, limits), text, cuts)).toStrictEqual(whole)
  }
)

// 200 cities of 3.9 MB were one chunk of 780 MB, more than a string can hold.
it("rows that are large are in chunks of a few", () => {
  expect(chunksOf(RowChunk.chunker(Endpoints.users, limits), cities([3_000, 3_000, 10, 10, 2_990]), [])).toStrictEqual([
    1, 1, 3
  ])
  expect(chunksOf(RowChunk.chunker(Endpoints.users, limits), cities(new Array(12).fill(10)), [])).toStrictEqual([9, 3])
})
