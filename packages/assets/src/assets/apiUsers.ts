import * as Asset from "@sluice/core/asset/Asset"
import * as Ingest from "@sluice/rest-source/ingest/Ingest"
import * as Effect from "effect/Effect"
import * as Endpoints from "../endpoints.ts"
import * as Generalisation from "../privacy/Generalisation.ts"
import { SparkApi } from "../SparkApi.ts"

/** The API's users, each once. Of two versions, the later one is kept. Never stored. */
export const apiUsers = Asset.make("api_users", {
  description: "Users as the API has them now, without what names them; kept for the time of a run only",
  group: "source",
  kind: "http",
  pool: "api",
  materialize: () =>
    Effect.gen(function* () {
      const { users } = yield* SparkApi
      const policy = yield* Generalisation.Generalisation
      return yield* Ingest.collect({
        ...Endpoints.users,
        pages: users.pages,
        since: Generalisation.countsUsers(policy) ? undefined : users.since,
        version: (user) => user.updatedAt,
        people: (user) => [user.id],
        isPerson: true
      })
    })
})
