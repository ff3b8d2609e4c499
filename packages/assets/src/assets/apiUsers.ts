import * as Asset from "@sluice/core/asset/Asset"
import * as Effect from "effect/Effect"
import * as Intake from "../intake/Intake.ts"
import * as SpillCodecs from "../privacy/spillCodecs.ts"
import { SparkApi } from "../SparkApi.ts"

/** The API's users, each once; of two versions the later one. Never stored. */
export const apiUsers = Asset.make("api_users", {
  description: "Users as the API has them now, without what names them; kept for the time of a run only",
  group: "source",
  kind: "http",
  pool: "api",
  materialize: () =>
    Effect.flatMap(SparkApi, ({ users }) =>
      Intake.collect({
        name: "users",
        pages: users,
        codec: SpillCodecs.users,
        id: (user) => user.id,
        version: (user) => user.updatedAt
      })
    )
})
