import * as Asset from "@sluice/core/asset/Asset"
import * as Effect from "effect/Effect"
import * as Intake from "../intake/Intake.ts"
import * as SpillCodecs from "../privacy/spillCodecs.ts"
import { SparkApi } from "../SparkApi.ts"

/** The API's messages, each once; of two that share an id the later one. Never stored. */
export const apiMessages = Asset.make("api_messages", {
  description: "Messages as the API has them now, without their text; kept for the time of a run only",
  group: "source",
  kind: "http",
  pool: "api",
  materialize: () =>
    Effect.flatMap(SparkApi, ({ messages, since }) =>
      Intake.collect({
        name: "messages",
        pages: messages,
        since: since.messages,
        codec: SpillCodecs.messages,
        id: (message) => message.id,
        version: (message) => message.createdAt,
        people: (message) => [message.senderId, message.receiverId],
        isPerson: false
      })
    )
})
