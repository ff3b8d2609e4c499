import * as Human from "@sluice/cli/render/Human"
import * as Proxies from "@sluice/cli/wiring/Proxies"
import { type Origin, sample } from "@sluice/core/definitions/Origin"
import type { SettingsInvalid } from "@sluice/core/settings/Settings"
import * as Effect from "effect/Effect"
import { type SparkSettings, settings } from "./SparkSettings.ts"
import * as dataset from "./sample/dataset.ts"

/** The origin of users and messages: the scheme, host and port of the configured API, or the sample. */
export const of = Effect.fn("SparkOrigin.of")(function* ({
  apiUrl
}: Pick<SparkSettings, "apiUrl">): Effect.fn.Return<Origin, SettingsInvalid> {
  if (apiUrl === undefined) {
    return {
      name: sample,
      description: `the bundled sample API (${Human.plural(dataset.users.count, "user")})`,
      sampleFor: settings.apiUrl.key
    }
  }
  const proxies = yield* Proxies.forApi(apiUrl)
  const proxy = apiUrl.protocol === "https:" ? proxies.https : proxies.http
  const through = proxy === undefined ? "" : ` through the proxy ${proxy.name}`
  // A path may hold a secret, so it is shown and never recorded.
  return {
    name: apiUrl.origin,
    description: `the API at ${apiUrl.origin}${apiUrl.pathname.replace(/\/$/, "")}${through}`,
    sampleFor: undefined
  }
})
