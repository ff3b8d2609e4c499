import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { expect } from "@effect/vitest"
import type { Options } from "@sluice/rest-source/RestSource"
import type { SourceError } from "@sluice/rest-source/source/SourceError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as FaultyApi from "../../../rest-source/test/support/FaultyApi.ts"
import type * as Reply from "../../../rest-source/test/support/Reply.ts"
import { SparkApi } from "../../src/SparkApi.ts"
import { message } from "./sources.ts"

/** A text that no error may hold. It is in every served message, and in the token. */
export const secret = "CANARY"
/** Three messages as the API sends them, and the same ones decoded. */
export const rows = ["10", "11", "12"].map((id) => message({ id, message: secret }))
export const decoded = ["10", "11", "12"].map((id) => ({
  id,
  createdAt: "2023-06-01T10:00:00.000Z",
  senderId: "1",
  receiverId: "2"
}))

/** The API at `url`, with the client of production. */
export const sparkApiAt = (url: string, options: Partial<Options> = {}) =>
  SparkApi.layer({ url: new URL(url), pageSize: 100, ...options }).pipe(
    Layer.provide(NodeHttpClient.layerWithoutAgent),
    Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true, timeout: 4_000 }))
  )

/** The messages of an API at `url`, or the error. */
export const messagesAt = (url: string, options: Partial<Options> = {}) =>
  Effect.flatMap(SparkApi, (api) => Stream.runCollect(api.messages.pages)).pipe(
    Effect.map((pages) => Chunk.toReadonlyArray(pages).flatMap((page) => page.rows)),
    Effect.provide(sparkApiAt(url, options)),
    Effect.either
  )

/** Whole-value equality of any types. */
export const same = (actual: unknown, expected: unknown) => expect(actual).toStrictEqual(expected)

/** The outcome if every request gets this reply. */
export const answer = (reply: Reply.Reply, options: Partial<Options> = {}) =>
  Effect.gen(function* () {
    const api = yield* FaultyApi.make
    yield* api.on("/messages", reply)
    return Either.mapLeft(yield* messagesAt(api.url, options), told(api.url))
  })

/** An error as people see it, without the port. It may hold nothing of an answer. A lost connection has two codes. */
export const told = (url: string) => (error: SourceError) => {
  expect(JSON.stringify(error) + error.message + String(error)).not.toContain(secret)
  return {
    tag: error._tag,
    message: error.message.replace(url, "API").replace(/ECONNRESET|UND_ERR_SOCKET/, "LOST"),
    retryable: error.retryable
  }
}

/** The error for an invalid answer. */
export const invalid = (why: string, retryable = false) =>
  Either.left({
    tag: "SourceAnswerInvalid",
    message: `GET API/messages cannot be used: the answer ${why}. Nothing of it was loaded. Check that SPARK_API_URL is the API's address.`,
    retryable
  })

/** The error for a missing answer. */
export const unreachable = (why: string) =>
  Either.left({
    tag: "SourceUnreachable",
    message: `GET API/messages got no answer: ${why}. Check that the API is up and that SPARK_API_URL is right.`,
    retryable: true
  })
