import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Body from "./Body.ts"
import * as Deadline from "./Deadline.ts"
import * as NetworkCode from "./NetworkCode.ts"
import * as Pagination from "./Pagination.ts"
import * as RetryAfter from "./RetryAfter.ts"
import * as SourceError from "./SourceError.ts"
import * as Unpack from "./Unpack.ts"
import * as Validators from "./Validators.ts"

/** How to fetch one answer. */
export interface Options<A> extends Body.Options<A>, Deadline.Limits {
  readonly token: Redacted.Redacted | undefined
}

/** A list of rows that a server has started to send. */
export interface HttpPage<out A> {
  readonly validators: Validators.Validators
  readonly pagination: Pagination.Pagination
  readonly next: Body.Next<A>
}

/**
 * Requests one JSON array; returns undefined if the server says that the `known` one is unchanged. The answer must have status
 * 200, a JSON content type (or `text/plain`), and a complete array in UTF-8 (a byte order mark is skipped). Everything else is
 * a typed error without any of its content: for the head at once, for the body while it is read. A few redirects within the
 * host are followed. The connection returns to the client after a complete reading, and is closed if the scope closes before.
 *
 * The client must pass on bodies as they arrive, and redirects too, as Node's `http` does and `fetch` does not.
 */
export const openUnless = Effect.fn("HttpPage.openUnless", { captureStackTrace: false })(function* <A>(
  url: URL,
  options: Options<A>,
  known: Validators.Validators
): Effect.fn.Return<HttpPage<A> | undefined, SourceError.SourceError, HttpClient.HttpClient | Scope.Scope> {
  const conditions = Validators.conditions(known)
  const { at, deadline, endpoint, response } = yield* ask(url, options, conditions)
  if (response.status === notModified && Object.keys(conditions).length > 0) return undefined
  yield* checkHead(response, endpoint)
  return {
    validators: Validators.of(response.headers),
    pagination: yield* Either.mapLeft(Pagination.of(response.headers, at), ({ header }) =>
      SourceError.totalInvalid(endpoint, header)
    ),
    next: yield* Body.rows(response, endpoint, options, deadline)
  }
})

const notModified = 304
const maxRedirects = 5

/** Sends a request, and follows redirects to the same host, never from https to http. */
const ask = Effect.fnUntraced(function* (
  url: URL,
  options: Deadline.Limits & { readonly token: Redacted.Redacted | undefined },
  conditions: Readonly<Record<string, string>>
) {
  const endpoint = url.origin + url.pathname
  const deadline = Deadline.make(endpoint, options)
  const client = HttpClient.withScope(HttpClient.withTracerDisabledWhen(yield* HttpClient.HttpClient, () => true))
  const { token } = options
  const follow = Effect.gen(function* () {
    let at = url
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const headers = { "accept-encoding": Unpack.accepted, ...conditions }
      const request = HttpClientRequest.get(at, { acceptJson: true, headers })
      const authorized = token === undefined ? request : HttpClientRequest.bearerToken(request, token)
      // A kept connection may be closed: RFC 9110, section 9.2.2, lets a client request again.
      const response = yield* apart(client.execute(authorized)).pipe(
        Effect.retry({ times: 1, while: (error) => NetworkCode.isLost(NetworkCode.of(error)) }),
        Effect.mapError((error) => Body.lost(endpoint, error))
      )
      // It has no body (RFC 9110, section 15.4.5), but the connection returns to the client only after its end was read.
      if (response.status === notModified) yield* Effect.ignore(response.text)
      const location = response.headers["location"]
      if (!redirectStatuses.has(response.status) || location === undefined) return { at, response }
      const target = URL.canParse(location, at.href) ? new URL(location, at) : undefined
      if (target?.protocol === "http:" && url.protocol === "https:") {
        return yield* SourceError.invalid(
          endpoint,
          "sends from https to http, where a token would be sent in clear; it is not followed"
        )
      }
      if (target === undefined || !isSameSite(url, target)) {
        return yield* SourceError.invalid(endpoint, "sends to another host, where it is not followed")
      }
      at = target
    }
    return yield* SourceError.invalid(endpoint, `sends from place to place, more than ${maxRedirects} times`)
  })
  return { deadline, endpoint, ...(yield* deadline.wait(() => follow)) }
})

/** Whether a token for `from` may be sent to `to`: to the same host, and not from https to http. */
export const isSameSite = (from: URL, to: URL): boolean =>
  to.host === from.host && (to.protocol === from.protocol || to.protocol === "https:")

/**
 * Waits in a separate fiber that is not interrupted; the request ends with the scope. Node's client stops listening to an
 * interrupted request, and the unhandled error of its abortion would end the process.
 */
const apart = <A, E, R>(request: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.forkDaemon(Effect.uninterruptible(Effect.exit(request))), (fiber) =>
    Effect.flatten(Fiber.join(fiber))
  )

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const checkHead = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse, endpoint: string) {
  if (response.status === 407) return yield* new SourceError.SourceProxyFailed({ endpoint, code: "407" })
  if (response.status !== 200) {
    const retryAfterMillis = RetryAfter.parse(
      response.headers["retry-after"],
      response.headers["date"],
      yield* Clock.currentTimeMillis
    )
    return yield* new SourceError.SourceRejected({ endpoint, status: response.status, retryAfterMillis })
  }
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
  if (!jsonType.test(type)) {
    return yield* SourceError.invalid(endpoint, `is ${familiarTypes.has(type) ? type : "of another type"}, not JSON`)
  }
})

/** Content types that errors may name. An unknown type could be data. */
const familiarTypes: ReadonlySet<string> = new Set([
  "application/octet-stream",
  "application/pdf",
  "application/xhtml+xml",
  "application/xml",
  "application/x-ndjson",
  "application/x-www-form-urlencoded",
  "text/csv",
  "text/html",
  "text/javascript",
  "text/xml"
])

/** The names of JSON. `text/plain` and a missing type are accepted too, if the body is JSON. */
const jsonType = /^(?:|application\/json|text\/json|text\/plain|application\/[a-z0-9.-]+\+json)$/
