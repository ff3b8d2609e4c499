import { deflateRawSync } from "node:zlib"
import { expect, it } from "@effect/vitest"
import * as PackedRows from "@sluice/rest-source/ingest/PackedRows"
import * as PageIds from "@sluice/rest-source/ingest/PageIds"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Endpoints from "../../src/endpoints.ts"
import * as Decoded from "../support/decoded.ts"

/** Packed ids of a page of messages. */
const packed = (ids: ReadonlyArray<string>) =>
  PackedRows.make(
    Endpoints.messages,
    ids.map((id) => Decoded.message({ id }))
  ).ids

const id = FastCheck.oneof(
  FastCheck.integer({ min: 0, max: 30 }).map(String),
  FastCheck.string({ unit: "binary", maxLength: 3 }),
  FastCheck.constantFrom('"', "\\", '\\"', '","', "[]", "", "\n", "\ud83d\ude00", "é", "\u2028")
)

it.effect.prop(
  "ids are found on a page exactly where they are, whatever characters they have",
  [FastCheck.array(id, { maxLength: 40 }), FastCheck.array(id, { maxLength: 40 })],
  ([page, wanted]) =>
    Effect.gen(function* () {
      const bytes = packed(page)
      expect(yield* PageIds.finder(new Set(wanted))(bytes)).toStrictEqual({
        count: page.length,
        some: wanted.some((one) => page.includes(one))
      })
      expect(yield* PageIds.unpack(bytes)).toStrictEqual(page)
    })
)

it.effect("of many ids on many pages, each is found on its own", () =>
  Effect.gen(function* () {
    const ids = Array.from({ length: 20_000 }, (_, n) => `message-${n}`)
    const bytes = packed(ids)
    const found = yield* Effect.forEach(["message-19999", "message-0", "message-20000", "essage-1"], (one) =>
      PageIds.finder(new Set([one, "nobody"]))(bytes)
    )
    expect(found.map((one) => one?.some)).toStrictEqual([true, true, false, false])
    const others = new Set(Array.from({ length: 20_000 }, (_, n) => `other-${n}`))
    expect(yield* PageIds.finder(others)(bytes)).toStrictEqual({ count: 20_000, some: false })
    expect(yield* PageIds.finder(new Set([...others, "message-7"]))(bytes)).toStrictEqual({ count: 20_000, some: true })
  })
)

it.effect("what is not a page's ids is told as that", () =>
  Effect.gen(function* () {
    const texts = ["", "[", "]", '["a"', '["a","]', '["a""b"]', '["a",]', "[1]", '{"a":1}', '["a"] ']
    const all = [...texts.map((text) => deflateRawSync(text)), new Uint8Array([1, 2, 3])]
    const found = yield* Effect.forEach(all, (bytes) =>
      Effect.all([PageIds.finder(new Set(["a"]))(new Uint8Array(bytes)), PageIds.unpack(new Uint8Array(bytes))])
    )
    expect(found.map(([some]) => some)).toStrictEqual(all.map(() => undefined))
  })
)
