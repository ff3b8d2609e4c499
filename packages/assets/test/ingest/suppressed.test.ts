import { expect, it } from "@effect/vitest"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { type Suppressed, Suppressions } from "@sluice/core/source/Suppressions"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { apiMessages } from "../../src/assets/apiMessages.ts"
import { apiUsers } from "../../src/assets/apiUsers.ts"
import * as Memory from "../support/memory.ts"
import { message, user } from "../support/sources.ts"

type Pages = ReadonlyArray<ReadonlyArray<unknown>>

/** The services of an ingest with suppressed people. Fingerprints equal their input. */
const services = Effect.fnUntraced(function* (
  suppressed: Suppressed,
  sources: { readonly users?: Pages; readonly messages?: Pages }
) {
  const { layer, written } = yield* Memory.make
  const begun: Array<string> = []
  const begin = (runId: string) =>
    Effect.sync(() => {
      begun.push(runId)
      return suppressed
    })
  const fingerprints = {
    seal: (bytes: Uint8Array) => bytes,
    open: (sealed: Uint8Array) => sealed,
    start: () => {
      const chunks: Array<Uint8Array> = []
      return {
        add: (chunk: string | Uint8Array) => void chunks.push(Buffer.from(chunk)),
        end: () => Buffer.concat(chunks).toString("latin1")
      }
    }
  }
  const others = Layer.mergeAll(
    Memory.sparkApi(sources),
    Layer.succeed(Suppressions, { begin }),
    Layer.succeed(Fingerprints, fingerprints)
  )
  return { begun, written, layer: Layer.merge(layer, others) }
})

const ada: Suppressed = { epoch: 1, has: (id) => id === "ada" }
const nobody: Suppressed = { epoch: 0, has: undefined }

/** A user's rows: a valid one, and two that cannot be decoded. */
const rowsOf = (id: string) => [user({ id }), user({ id, createdAt: "x" }), user({ id, updatedAt: null })]

it.scoped("a suppressed user is in nothing that comes of a reading: no row, quarantine, data version or count but one", () =>
  Effect.gen(function* () {
    const read = Effect.fnUntraced(function* (suppressed: Suppressed, users: Pages) {
      const { begun, layer, written } = yield* services(suppressed, { users })
      const { events, metadata, rows, value } = yield* Effect.provide(runForTest(apiUsers, {}), layer)
      const ids = (yield* Dataset.toArray(Changes.rowsOf(value))).map(({ id }): string => id)
      const data = events.flatMap((event) => (event._tag === "StepSucceeded" ? [event.provenance?.data] : []))
      return {
        ids,
        metadata,
        data,
        rows,
        begun,
        quarantined: (yield* written("quarantine")).get("users")?.map((row) => row["id"])
      }
    })
    const bob = { rows: 1, quarantined: 2, duplicates: 0, conflicts: 0, unknown_fields: 0 }
    const without = yield* read(nobody, [[], rowsOf("bob")])
    expect(without).toStrictEqual({
      ids: ["bob"],
      metadata: bob,
      data: without.data,
      rows: 3,
      begun: ["test"],
      quarantined: ["bob", "bob"]
    })
    // The same user twice would be a duplicate.
    expect(yield* read(ada, [[...rowsOf("ada"), user({ id: "ada" })], rowsOf("bob")])).toStrictEqual({
      ...without,
      metadata: { ...bob, suppressed: 4 },
      data: without.data.map((version) => `${version}.1`),
      rows: 7
    })
  })
)

it.scoped("a message from or to a suppressed user is left out; one that cannot be decoded names nobody, and is kept", () =>
  Effect.gen(function* () {
    const pairs = ["ada bob", "bob ada", "ada ada", "bob bob"].map((pair, i) => {
      const [senderId, receiverId] = pair.split(" ")
      return message({ id: String(i), senderId, receiverId })
    })
    const broken = message({ id: "ada", senderId: "ada", createdAt: "x" })
    const { layer, written } = yield* services(ada, { messages: [[...pairs, broken]] })
    const { metadata, value } = yield* Effect.provide(runForTest(apiMessages, {}), layer)
    expect([
      (yield* Dataset.toArray(Changes.rowsOf(value))).map(({ id }) => id),
      metadata,
      (yield* written("quarantine")).get("messages")?.length
    ]).toStrictEqual([["3"], { rows: 1, quarantined: 1, duplicates: 0, conflicts: 0, unknown_fields: 0, suppressed: 3 }, 1])
  })
)

it.scoped("once somebody was erased the data are others, also when nobody is suppressed any more", () =>
  // Regression: a user who was erased and let in again before the next run stayed out, because the source had not changed.
  Effect.gen(function* () {
    const versionAfter = (epoch: number) =>
      Effect.map(
        Effect.flatMap(services({ epoch, has: undefined }, { users: [rowsOf("bob")] }), ({ layer }) =>
          Effect.provide(runForTest(apiUsers, {}), layer)
        ),
        ({ events }) => events.flatMap((event) => (event._tag === "StepSucceeded" ? [event.provenance?.data] : []))[0]
      )
    const versions = yield* Effect.all([versionAfter(0), versionAfter(1), versionAfter(2), versionAfter(2)])
    expect(new Set(versions).size).toStrictEqual(3)
  })
)
