import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as dataset from "./dataset.ts"
import * as EntityTag from "./EntityTag.ts"
import * as Generate from "./generate.ts"
import * as PageRequest from "./PageRequest.ts"
import * as Rows from "./Rows.ts"

export interface Options {
  /** Serves this many generated rows instead of the bundled dataset. */
  readonly generated?: Generate.Size
  /** Delays each answer, like a distant server. */
  readonly latencyMillis?: number
  /** With `false`, ignores `page` and `limit`, and always sends everything, as some servers do. */
  readonly paging?: boolean
}

/**
 * The API, as an HTTP app. Only GET:
 *
 * - `/users`, `/messages`: a JSON array of all rows, or with `page` (from 1) or `limit` (at most 100,000, else 1,000) one page
 *   of them; a page past the end is `[]`
 * - `/health`: the number of rows
 *
 * Lists have an `ETag`, and a request with a matching `If-None-Match` gets 304.
 *
 * All other requests get a JSON object with an `error`. Memory does not grow with the rows: a body of more than some thousand
 * rows is made while it is sent, without Content-Length.
 */
export const app = (options: Options = {}): HttpApp.Default => {
  const { generated: size, latencyMillis = 0, paging = true } = options
  const users = size === undefined ? dataset.users : Generate.users(size)
  const messages = size === undefined ? dataset.messages : Generate.messages(size)
  const version =
    size === undefined
      ? [Rows.join(users, 0, users.count) + Rows.join(messages, 0, messages.count)]
      : [size.users, size.messages, size.seed]

  const answer = (request: HttpServerRequest.HttpServerRequest): HttpServerResponse.HttpServerResponse => {
    const url = Option.liftThrowable(() => new URL(request.url, "http://sample"))()
    const path = Option.match(url, { onNone: () => "", onSome: (known) => known.pathname })
    const rows = path === "/users" ? users : path === "/messages" ? messages : undefined
    if (rows === undefined && path !== "/health")
      return failure(404, "There is no such path. Try /users, /messages or /health.")
    if (request.method !== "GET" && request.method !== "HEAD")
      return failure(405, "Only GET is answered here.", { allow: "GET, HEAD" })
    if (rows === undefined || Option.isNone(url)) {
      return HttpServerResponse.unsafeJson({ status: "ok", users: users.count, messages: messages.count })
    }
    const page = paging ? PageRequest.parse(url.value.searchParams) : Either.right(undefined)
    return Either.match(page, {
      onLeft: (problem) => failure(400, problem),
      onRight: (known) => {
        const { end, start } = range(rows, known)
        const etag = EntityTag.of(path, ...version, start, end)
        return EntityTag.isNamed(request.headers["if-none-match"] ?? "", etag)
          ? HttpServerResponse.empty({ status: 304, headers: { etag } })
          : HttpServerResponse.setHeader(send(rows, start, end), "etag", etag)
      }
    })
  }
  const answered = Effect.map(HttpServerRequest.HttpServerRequest, answer)
  return latencyMillis > 0 ? Effect.delay(answered, latencyMillis) : answered
}

/** Serves the API as long as the layer lives, on the given server. */
export const layer = (options: Options = {}): Layer.Layer<never, never, HttpServer.HttpServer> =>
  Layer.scopedDiscard(serve(options))

/** Serves the API until the scope closes, and returns its URL for clients on the same machine: `http://127.0.0.1:8080`. */
export const serve = Effect.fn("SampleApi.serve")(function* (
  options: Options = {}
): Effect.fn.Return<string, never, HttpServer.HttpServer | Scope.Scope> {
  const server = yield* HttpServer.HttpServer
  yield* server.serve(app(options))
  return urlOf(server.address)
})

/**
 * Makes the end of a scope not wait for the clients of a Node server: it stops listening and closes all connections, idle or
 * not, before the server's own finalizer waits for them. Call it after the server was made, in the same scope:
 *
 * ```ts
 * const node = Http.createServer()
 * const server = yield* NodeHttpServer.make(() => node, { host: "127.0.0.1", port: 0 })
 * yield* SampleApi.closePromptly(node)
 * const url = yield* Effect.provideService(SampleApi.serve(), HttpServer.HttpServer, server)
 * ```
 */
export const closePromptly = (node: {
  readonly close: () => unknown
  readonly closeAllConnections: () => void
}): Effect.Effect<void, never, Scope.Scope> =>
  Effect.addFinalizer(() =>
    Effect.sync(() => {
      node.close()
      node.closeAllConnections()
    })
  )

/**
 * Rows made and sent in one piece: at most some tens of milliseconds' work, so that other work of the process gets its turn.
 */
const blockSize = 2_000
const wholeAtMost = 5_000
const contentType = "application/json"

const range = (rows: Rows.Rows, page: PageRequest.PageRequest | undefined) => {
  const start = page === undefined ? 0 : Math.min(rows.count, (page.page - 1) * page.limit)
  return { start, end: page === undefined ? rows.count : Math.min(rows.count, start + page.limit) }
}

const send = (rows: Rows.Rows, start: number, end: number): HttpServerResponse.HttpServerResponse =>
  end - start <= wholeAtMost
    ? HttpServerResponse.text(`[${Rows.join(rows, start, end)}]`, { contentType })
    : HttpServerResponse.stream(Stream.encodeText(blocks(rows, start, end)), { contentType })

const blocks = (rows: Rows.Rows, start: number, end: number): Stream.Stream<string> =>
  Stream.unfold(start, (from) => {
    if (from >= end) return Option.none()
    const to = Math.min(end, from + blockSize)
    const text = `${from === start ? "[" : ","}${Rows.join(rows, from, to)}${to === end ? "]" : ""}`
    return Option.some([text, to] as const)
  })

const failure = (
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => HttpServerResponse.unsafeJson({ error }, { status, headers })

const urlOf = (address: HttpServer.Address): string => {
  if (address._tag === "UnixAddress") return HttpServer.formatAddress(address)
  const host = address.hostname === "0.0.0.0" || address.hostname === "::" ? "127.0.0.1" : address.hostname
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`
}
