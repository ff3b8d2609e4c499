import type * as HttpClient from "@effect/platform/HttpClient"
import * as RestSource from "@sluice/rest-source/RestSource"
import * as ReadingSettings from "@sluice/rest-source/source/ReadingSettings"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Message } from "./domain/Message.ts"
import type { User } from "./domain/User.ts"
import * as Endpoints from "./endpoints.ts"

/** The API's current users and messages, decoded page by page. */
export class SparkApi extends Context.Tag("@sluice/assets/SparkApi")<
  SparkApi,
  {
    readonly users: RestSource.RestSource<User>
    readonly messages: RestSource.RestSource<Message>
  }
>() {
  /** Reads over HTTP: `GET {url}/users?page=1&limit=5000`, and so on. */
  static readonly layer = (options: RestSource.Options): Layer.Layer<SparkApi, never, HttpClient.HttpClient> =>
    Layer.effect(
      SparkApi,
      Effect.all({
        users: RestSource.make(Endpoints.users, { ...options, settings, url: below(options.url, "users") }),
        messages: RestSource.make(Endpoints.messages, { ...options, settings, url: below(options.url, "messages") })
      })
    )
}

/** The address of a list below the API's address. */
const below = (api: URL, list: string): URL => new URL(`${api.pathname.replace(/\/+$/, "")}/${list}`, api)

const settings = { address: "SPARK_API_URL", token: "SPARK_API_TOKEN", ...ReadingSettings.keys }
