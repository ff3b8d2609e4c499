import { expect, it } from "@effect/vitest"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as DataVersion from "@sluice/rest-source/ingest/DataVersion"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { apiUsers } from "../../src/assets/apiUsers.ts"
import * as Memory from "../support/memory.ts"
import { user } from "../support/sources.ts"

/** Fingerprints that equal their input. */
const legible: NonNullable<Fingerprints["Type"]> = {
  seal: (bytes) => bytes,
  open: (sealed) => sealed,
  start: () => {
    const chunks: Array<Uint8Array> = []
    return {
      add: (chunk) => void chunks.push(Buffer.from(chunk)),
      end: () => Buffer.concat(chunks).toString("latin1")
    }
  }
}

const codec = RowCodec.make(Schema.String)

const versionOf = (pages: ReadonlyArray<ReadonlyArray<string>>, epoch = 0) =>
  DataVersion.ofPages(
    legible,
    "users",
    pages.map((page) => DataVersion.ofRows(legible, codec.encode(page))),
    epoch
  )

const Pages = FastCheck.array(FastCheck.array(FastCheck.string(), { maxLength: 4, minLength: 1 }), { maxLength: 5 })

it.prop("differs for pages that differ, by content, by order or by where one ends", [Pages, Pages], ([left, right]) => {
  expect(versionOf(left) === versionOf(right)).toBe(JSON.stringify(left) === JSON.stringify(right))
})

it("differs with every erasure, and before the first says nothing of them", () => {
  const epochs = [0, 1, 2].map((epoch) => versionOf([["a"]], epoch))
  expect(epochs).toStrictEqual([versionOf([["a"]]), `${versionOf([["a"]])}.1`, `${versionOf([["a"]])}.2`])
})

/** The data version of api_users for the source's pages. */
const told = (pages: ReadonlyArray<ReadonlyArray<unknown>>) =>
  Effect.map(
    Effect.flatMap(Memory.make, ({ layer }) =>
      Effect.provide(
        Effect.provideService(runForTest(apiUsers, {}), Fingerprints, legible),
        Layer.merge(layer, Memory.sparkApi({ users: pages }))
      )
    ),
    ({ events }) => events.flatMap((event) => (event._tag === "StepSucceeded" ? [event.provenance?.data] : []))
  )

it.scoped("of a source is that of the rows it keeps: bad rows and unknown fields make no difference", () =>
  Effect.gen(function* () {
    const plain = yield* told([[user(), user({ id: "2" })]])
    const noisy = yield* told([[user({ id: null }), user(), user({ surprise: 1, id: "2" })], [user({ id: null })]])
    const other = yield* told([[user(), user({ id: "2", country: "Malta" })]])
    expect([noisy, plain[0]?.startsWith("users\n"), plain[0] === other[0]]).toStrictEqual([plain, true, false])
  })
)

it.scoped("of a source is not told where the store has no fingerprints", () =>
  Effect.gen(function* () {
    const { layer } = yield* Memory.make
    const { events } = yield* Effect.provide(
      runForTest(apiUsers, {}),
      Layer.merge(layer, Memory.sparkApi({ users: [[user()]] }))
    )
    const data = events.flatMap((event) => (event._tag === "StepSucceeded" ? [event.provenance?.data] : []))
    expect(data).toStrictEqual(["test"])
  })
)
