import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as NetworkCode from "./NetworkCode.ts"
import * as RetryAfter from "./RetryAfter.ts"
import * as SourceError from "./SourceError.ts"

/** How one answer is fetched. */
export interface Options {
  readonly token: Redacted.Redacted | undefined
  /** The most that is read of one answer, unpacked. */
  readonly maxBytes: number
  /** The longest silence, before the answer and within it. */
  readonly idle: Duration.DurationInput
  /** The longest that one answer may take, however steadily it comes. */
  readonly total: Duration.DurationInput
}

/**
 * Fetches one JSON array. Whatever is not status 200, JSON by its content type (or `text/plain`), UTF-8 (a byte order mark
 * is passed over), whole, and an array, is a typed error that holds nothing of it. Redirects are followed within the host,
 * a few times. The connection is given up as soon as the answer is of no more use.
 */
export const fetchRows = Effect.fn("Answer.fetchRows", { captureStackTrace: false })(function* (
  url: URL,
  options: Options
): Effect.fn.Return<ReadonlyArray<unknown>, SourceError.SourceError, HttpClient.HttpClient> {
  const endpoint = url.origin + url.pathname
  const timedOut = (phase: "idle" | "total", limit: Duration.DurationInput) => () =>
    new SourceError.SourceTimedOut({ endpoint, phase, limitMillis: Duration.toMillis(limit) })
  return yield* Effect.gen(function* () {
    const response = yield* Effect.timeoutFail(follow(url, endpoint, options.token), {
      duration: options.idle,
      onTimeout: timedOut("idle", options.idle)
    })
    yield* checkHead(response, endpoint)
    const bytes = yield* readBody(response, endpoint, options, timedOut("idle", options.idle))
    return yield* parse(bytes, endpoint)
  }).pipe(Effect.scoped, Effect.timeoutFail({ duration: options.total, onTimeout: timedOut("total", options.total) }))
})

const maxRedirects = 5

/** Asks, and goes where it is sent as long as that is the same host; from https never to http. */
const follow = Effect.fnUntraced(function* (url: URL, endpoint: string, token: Redacted.Redacted | undefined) {
  const client = HttpClient.withScope(HttpClient.withTracerDisabledWhen(yield* HttpClient.HttpClient, () => true))
  let at = url
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const request = HttpClientRequest.get(at, { acceptJson: true })
    const authorized = token === undefined ? request : HttpClientRequest.bearerToken(request, token)
    const response = yield* client.execute(authorized).pipe(
      Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
      Effect.mapError((error) => lost(endpoint, error))
    )
    const location = response.headers["location"]
    if (!redirectStatuses.has(response.status) || location === undefined) return response
    const target = URL.canParse(location, at.href) ? new URL(location, at) : undefined
    if (
      target === undefined ||
      target.host !== url.host ||
      (target.protocol !== url.protocol && target.protocol !== "https:")
    ) {
      return yield* invalid(endpoint, "sends to another host, where it is not followed")
    }
    at = target
  }
  return yield* invalid(endpoint, `sends from place to place, more than ${maxRedirects} times`)
})

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const checkHead = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse, endpoint: string) {
  if (response.status !== 200) {
    const retryAfterMillis = RetryAfter.parse(response.headers["retry-after"], yield* Clock.currentTimeMillis)
    return yield* new SourceError.SourceRejected({ endpoint, status: response.status, retryAfterMillis })
  }
  const type = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
  if (!jsonType.test(type)) {
    const named = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,40}$/.test(type) ? type : "of an unreadable type"
    return yield* invalid(endpoint, `is ${named}, not JSON`)
  }
})

/** JSON under any of its names; `text/plain` and no type at all are given the chance to be JSON. */
const jsonType = /^(?:|application\/json|text\/json|text\/plain|application\/[a-z0-9.-]+\+json)$/

const readBody = Effect.fnUntraced(function* (
  response: HttpClientResponse.HttpClientResponse,
  endpoint: string,
  options: Options,
  onIdle: () => SourceError.SourceTimedOut
) {
  const tooLarge = new SourceError.SourceTooLarge({ endpoint, limit: options.maxBytes, unit: "bytes" })
  const announced =
    response.headers["content-encoding"] === undefined ? Number(response.headers["content-length"]) : Number.NaN
  if (announced > options.maxBytes) return yield* tooLarge
  const parts: Array<Uint8Array> = []
  let size = 0
  yield* response.stream.pipe(
    Stream.mapError((error) => lost(endpoint, error)),
    Stream.timeoutFail(onIdle, options.idle),
    Stream.runForEach((part) => {
      size += part.length
      parts.push(part)
      return size > options.maxBytes ? Effect.fail(tooLarge) : Effect.void
    })
  )
  if (size < announced) {
    return yield* new SourceError.SourceUnreachable({ endpoint, why: "the answer was shorter than announced" })
  }
  return joined(parts, size)
})

/** Having no body, and compression that cannot be read, are wrong for good; all else may work another time. */
const lost = (endpoint: string, error: HttpClientError.HttpClientError): SourceError.SourceError => {
  if (error.reason === "EmptyBody") return invalid(endpoint, "is empty")
  const code = NetworkCode.of(error)
  return NetworkCode.isBadCompression(code)
    ? invalid(endpoint, `is compressed in a way that cannot be unpacked (${code})`)
    : new SourceError.SourceUnreachable({ endpoint, why: NetworkCode.explain(code) })
}

const parse = Effect.fnUntraced(function* (bytes: Uint8Array, endpoint: string) {
  const text = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => invalid(endpoint, "is not UTF-8")
  })
  if (text.trim() === "") return yield* invalid(endpoint, "is empty")
  const value = yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => invalid(endpoint, "is not JSON, or only the beginning of it", true)
  })
  return Array.isArray(value) ? value : yield* invalid(endpoint, `is ${shapeOf(value)}, not a list of rows`)
})

const shapeOf = (value: unknown): string =>
  value === null ? "null" : typeof value === "object" ? "an object" : `a ${typeof value}`

const invalid = (endpoint: string, why: string, retryable = false) =>
  new SourceError.SourceAnswerInvalid({ endpoint, why, retryable })

const joined = (parts: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0]
  const whole = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
