import { expect, it } from "@effect/vitest"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import { BadRowPolicy } from "@sluice/core/source/BadRows"
import { runForTest } from "@sluice/core/testing/runForTest"
import { SourceRejected } from "@sluice/rest-source/source/SourceError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { apiMessages } from "../../src/assets/apiMessages.ts"
import { apiUsers } from "../../src/assets/apiUsers.ts"
import * as Decoded from "../support/decoded.ts"
import * as Memory from "../support/memory.ts"
import { message, user } from "../support/sources.ts"

const decodedMessage = Decoded.message()
const messages = (from: number, count: number, changes: Readonly<Record<string, unknown>> = {}) =>
  Array.from({ length: count }, (_, i) => message({ id: String(from + i), ...changes }))

it.scoped("api_users holds every good user once; the rest is counted, and in quarantine", () =>
  Effect.gen(function* () {
    const { layer, written } = yield* Memory.make
    const later = user({ updatedAt: "2024-05-01T00:00:00.000Z", country: "Malta", username: "x" })
    const pages = [
      [user(), user({ id: null })],
      [later, user({ id: "2", password: "x" }), user({ id: "2" })]
    ]
    const { value, metadata, rows } = yield* Effect.provide(
      runForTest(apiUsers, {}),
      Layer.merge(layer, Memory.sparkApi({ users: pages }))
    )
    expect((yield* Dataset.toArray(Changes.rowsOf(value))).map(({ id, country }) => [id, country])).toStrictEqual([
      ["1", "Malta"],
      ["2", "United Kingdom"]
    ])
    expect(metadata).toStrictEqual({ rows: 2, quarantined: 1, duplicates: 2, conflicts: 1, unknown_fields: 2 })
    expect(rows).toStrictEqual(5)
    expect(yield* written("quarantine")).toStrictEqual(
      new Map([["users", [{ ordinal: 1, id: null, field: "id", reason: "is neither text nor a whole number" }]]])
    )
  })
)

it.scoped("api_messages holds messages without their text", () =>
  Effect.gen(function* () {
    const { layer, written } = yield* Memory.make
    const { value, metadata } = yield* Effect.provide(
      runForTest(apiMessages, {}),
      Layer.merge(layer, Memory.sparkApi({ messages: [[message(), message({ message: "another text" })]] }))
    )
    expect(yield* Dataset.toArray(Changes.rowsOf(value))).toStrictEqual([decodedMessage])
    expect(metadata).toStrictEqual({ rows: 1, quarantined: 0, duplicates: 1, conflicts: 0, unknown_fields: 0 })
    expect(yield* written("quarantine")).toStrictEqual(new Map([["messages", []]]))
  })
)

/** The error of reading these messages, and the number of quarantined rows. */
const refused = (pages: ReadonlyArray<ReadonlyArray<unknown>>, maxShare?: number) =>
  Effect.gen(function* () {
    const { layer, written } = yield* Memory.make
    const reading = Effect.provide(runForTest(apiMessages, {}), Layer.merge(layer, Memory.sparkApi({ messages: pages })))
    const result = yield* Effect.either(
      maxShare === undefined ? reading : Effect.provideService(reading, BadRowPolicy, { maxShare })
    )
    return [result._tag === "Left" ? result.left._tag : "accepted", (yield* written("quarantine")).get("messages")?.length]
  })

it.scoped("too many bad rows fail the reading, after they are in quarantine; an empty answer does not", () =>
  Effect.gen(function* () {
    const bad = (from: number, count: number) => messages(from, count, { createdAt: "CANARY" })
    expect([
      yield* refused([[...messages(0, 17), ...bad(100, 3)]]),
      yield* refused([[...messages(0, 17), ...bad(100, 3)]], 0.2),
      yield* refused([messages(0, 18), bad(100, 2)]),
      yield* refused([[...messages(0, 1), ...bad(100, 5)]]),
      yield* refused([bad(0, 1)]),
      yield* refused([[]]),
      yield* refused([])
    ]).toStrictEqual([
      ["TooManyBadRows", 3],
      ["accepted", 3],
      ["accepted", 2],
      ["accepted", 5],
      ["TooManyBadRows", 1],
      ["accepted", 0],
      ["accepted", 0]
    ])
  })
)

it.scoped("a source that fails leaves the quarantine as it was", () =>
  Effect.gen(function* () {
    const { layer, written } = yield* Memory.make
    const failure = new SourceRejected({ endpoint: "http://api/users", status: 503, retryAfterMillis: 2_000 })
    const error = yield* Effect.flip(
      Effect.provide(runForTest(apiUsers, {}), Layer.merge(layer, Memory.sparkApi({ users: failure })))
    )
    expect([error, error.retryable, (yield* written("quarantine")).size]).toStrictEqual([failure, true, 0])
  })
)
