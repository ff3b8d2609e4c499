import { assert, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { runForTest } from "@sluice/core/testing/runForTest"
import { Fingerprints } from "@sluice/warehouse/Fingerprints"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import { apiUsers } from "../../src/assets/apiUsers.ts"
import * as DataVersion from "../../src/intake/DataVersion.ts"
import * as Memory from "../support/memory.ts"
import { user } from "../support/sources.ts"

/** Fingerprints that are the text itself. */
const legible: Fingerprints["Type"] = {
  start: () => {
    const pieces: Array<string> = []
    return { add: (text) => void pieces.push(text), end: () => pieces.join("") }
  }
}

const codec = Dataset.jsonCodec<string>()

const versionOf = (pages: ReadonlyArray<ReadonlyArray<string>>) => {
  const version = DataVersion.begin(legible, "users", codec)
  for (const page of pages) version.add(page)
  return version.end()
}

const Rows = FastCheck.array(FastCheck.string(), { maxLength: 20 })

it.prop("is the same however rows are paged", [Rows, FastCheck.integer({ min: 1, max: 7 })], ([rows, size]) => {
  const pages = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size))
  assert.strictEqual(versionOf([[], ...pages, []]), versionOf([rows]))
})

it.prop("differs for rows that differ, by content or by order", [Rows, Rows], ([left, right]) => {
  assert.strictEqual(versionOf([left]) === versionOf([right]), JSON.stringify(left) === JSON.stringify(right))
})

it("is not told where the store has no fingerprints", () => {
  const version = DataVersion.begin(undefined, "users", codec)
  version.add(["a"])
  assert.strictEqual(version.end(), undefined)
})

it("rows that are encoded twice in a row are encoded once", () => {
  let count = 0
  const once = DataVersion.encodingOnce<string>({ ...codec, encode: (rows) => `${count++}${codec.encode(rows)}` })
  const rows = ["a"]
  assert.deepStrictEqual(
    [once.encode(rows), once.encode(rows), once.encode(["a"]), count],
    ['0["a"]', '0["a"]', '1["a"]', 2]
  )
})

/** The data version that api_users has told, of pages of the source's answer. */
const told = (pages: ReadonlyArray<ReadonlyArray<unknown>>) =>
  Effect.map(
    Effect.provide(
      Effect.provideService(runForTest(apiUsers, {}), Fingerprints, legible),
      Layer.merge(Memory.make().layer, Memory.sparkApi({ users: pages }))
    ),
    ({ events }) => events.flatMap((event) => (event._tag === "StepSucceeded" ? [event.provenance?.data] : []))
  )

it.scoped("of a source is that of the rows it keeps: duplicates, bad rows and unknown fields make no difference", () =>
  Effect.gen(function* () {
    const plain = yield* told([[user(), user({ id: "2" })]])
    const noisy = yield* told([
      [user({ id: null }), user()],
      [user({ surprise: 1 }), user({ id: "2" })]
    ])
    const other = yield* told([[user(), user({ id: "2", country: "Malta" })]])
    assert.deepStrictEqual([noisy, plain[0]?.startsWith("users\n"), plain[0] === other[0]], [plain, true, false])
  })
)
