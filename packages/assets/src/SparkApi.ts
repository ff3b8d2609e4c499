import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Decoder } from "./domain/Decoder.ts"
import * as Message from "./domain/Message.ts"
import * as Page from "./domain/Page.ts"
import * as User from "./domain/User.ts"
import * as Answer from "./source/Answer.ts"
import * as Paging from "./source/Paging.ts"
import type { SourceError } from "./source/SourceError.ts"

/**
 * Users and messages as the API has them now, decoded page by page. Every reading starts at the first page: one that is
 * tried again reads a fresh snapshot, never the rest of an old one.
 */
export class SparkApi extends Context.Tag("@sluice/assets/SparkApi")<
  SparkApi,
  {
    readonly users: Stream.Stream<Page.Page<User.User>, SourceError>
    readonly messages: Stream.Stream<Page.Page<Message.Message>, SourceError>
  }
>() {
  /** Reads over HTTP: `GET {url}/users?page=1&limit=5000`, and so on. */
  static readonly layer = (options: Options): Layer.Layer<SparkApi, never, HttpClient.HttpClient> =>
    Layer.effect(
      SparkApi,
      Effect.map(HttpClient.HttpClient, (client) => {
        const read = <A>(name: string, decoder: Decoder<A>) =>
          pages(name, options).pipe(
            Stream.provideService(HttpClient.HttpClient, client),
            Stream.map(({ rows, firstOrdinal }) => Page.decode(decoder, rows, firstOrdinal))
          )
        return { users: read("users", User.decoder), messages: read("messages", Message.decoder) }
      })
    )
}

export interface Options {
  /** Where the API is, without a query or credentials. */
  readonly url: URL
  /** Sent as a bearer token to the API's host only. */
  readonly token?: Redacted.Redacted | undefined
  /** Rows asked for at a time. */
  readonly pageSize: number
  /** The most pages that are read before it is called endless. Default one million. */
  readonly maxPages?: number
  /** The most bytes of one answer, unpacked. Default 256 MiB. */
  readonly maxBytes?: number
  /** The longest silence before and within an answer. Default 30 seconds. */
  readonly idle?: Duration.DurationInput
  /** The longest that one answer may take. Default 10 minutes. */
  readonly total?: Duration.DurationInput
}

const pages = (name: string, options: Options) => {
  const { url, pageSize: limit, token, idle = "30 seconds", total = "10 minutes" } = options
  const { maxBytes = 256 * 1024 * 1024, maxPages = 1_000_000 } = options
  const target = new URL(`${url.pathname.replace(/\/+$/, "")}/${name}`, url)
  return Paging.pages({
    endpoint: target.origin + target.pathname,
    limit,
    maxPages,
    fetch: (page) => {
      const pageUrl = new URL(target)
      pageUrl.search = `?page=${page}&limit=${limit}`
      return Answer.fetchRows(pageUrl, { token, maxBytes, idle, total })
    }
  })
}
