import * as Asset from "@sluice/core/asset/Asset"
import * as Effect from "effect/Effect"
import * as Intake from "../intake/Intake.ts"
import { SparkApi } from "../SparkApi.ts"
import * as Endpoint from "../source/Endpoint.ts"

/** The API's messages, each once; of two that share an id the later one. Never stored. */
export const apiMessages = Asset.make("api_messages", {
  description: "Messages as the API has them now, without their text; kept for the time of a run only",
  group: "source",
  kind: "http",
  pool: "api",
  materialize: () =>
    Effect.flatMap(SparkApi, ({ messages, since }) =>
      Intake.collect({
        ...Endpoint.messages,
        pages: messages,
        since: since.messages,
        version: (message) => message.createdAt,
        people: (message) => [message.senderId, message.receiverId],
        isPerson: false
      })
    )
})
