import * as Asset from "@sluice/core/asset/Asset"
import * as Ingest from "@sluice/rest-source/ingest/Ingest"
import * as Effect from "effect/Effect"
import * as Endpoints from "../endpoints.ts"
import { SparkApi } from "../SparkApi.ts"

/** The API's messages, each once. Of two with one id, the later one is kept. Never stored. */
export const apiMessages = Asset.make("api_messages", {
  description: "Messages as the API has them now, without their text; kept for the time of a run only",
  group: "source",
  kind: "http",
  pool: "api",
  materialize: () =>
    Effect.flatMap(SparkApi, ({ messages }) =>
      Ingest.collect({
        ...Endpoints.messages,
        pages: messages.pages,
        since: messages.since,
        version: (message) => message.createdAt,
        people: (message) => [message.senderId, message.receiverId],
        isPerson: false
      })
    )
})
