import type * as Http from "node:http"
import * as Zlib from "node:zlib"

/** Handles one request: answers it, answers wrongly, or does nothing. The server's end closes what is open. */
export type Reply = (exchange: Exchange) => void

export interface Exchange {
  readonly request: Http.IncomingMessage
  readonly response: Http.ServerResponse
  readonly url: URL
}

type Headers = Readonly<Record<string, string>>
const jsonType = { "content-type": "application/json" }

/** Any bytes or text, with a correct Content-Length unless `headers` give another. `application/json` by default. */
export const body =
  (content: string | Uint8Array, options: { readonly status?: number; readonly headers?: Headers } = {}): Reply =>
  ({ response }) => {
    const bytes = Buffer.from(content)
    response.writeHead(options.status ?? 200, { ...jsonType, "content-length": bytes.length, ...options.headers })
    response.end(bytes)
  }

/** 200 with a value as JSON: rows, or an invalid value (`null`, an object, a string). */
export const json = (value: unknown): Reply => body(JSON.stringify(value))

/** A status with a small JSON error; `retryAfter` is seconds, or a date in HTTP's form. */
export const status = (code: number, options: { readonly retryAfter?: number | string } = {}): Reply =>
  body(JSON.stringify({ error: `status ${code}` }), {
    status: code,
    headers: options.retryAfter === undefined ? {} : { "retry-after": String(options.retryAfter) }
  })

/** Pages rows by `page` (from 1) and `limit`, or sends all if neither is given. Each page begins `overlap` rows early. */
export const pages =
  (rows: ReadonlyArray<unknown>, options: { readonly overlap?: number } = {}): Reply =>
  (exchange) => {
    const limit = Number(exchange.url.searchParams.get("limit") ?? rows.length)
    const start = (Number(exchange.url.searchParams.get("page") ?? 1) - 1) * limit
    const begin = Math.max(0, start - (options.overlap ?? 0))
    json(rows.slice(begin, begin + limit))(exchange)
  }

/** All rows for any page, like a server without paging. */
export const pagingIgnored = (rows: ReadonlyArray<unknown>): Reply => json(rows)

/** Resets the connection before the answer. */
export const resetBeforeHeaders: Reply = ({ request }) => void request.socket.resetAndDestroy()

/** Status, headers and half of the body, then a reset. */
export const resetMidBody =
  (value: unknown): Reply =>
  (exchange) =>
    half(value, exchange, () => exchange.request.socket.resetAndDestroy())

/** Half of the announced Content-Length, then an orderly end of the connection. */
export const shortBody =
  (value: unknown): Reply =>
  (exchange) =>
    half(value, exchange, () => exchange.request.socket.end())

/** A complete answer, by HTTP, whose JSON is cut in the middle. */
export const truncatedJson = (value: unknown): Reply => {
  const text = JSON.stringify(value)
  return body(text.slice(0, Math.ceil(text.length / 2)))
}

/** Never answers; the connection stays open. */
export const stall: Reply = () => undefined

/** Status, headers and half of the body, then nothing more. */
export const stallMidBody =
  (value: unknown): Reply =>
  (exchange) =>
    half(value, exchange, () => undefined)

/** The right answer, a byte at a time in real time: only a total deadline ends it, not an idle timeout. */
export const slowLoris =
  (value: unknown, everyMillis = 20): Reply =>
  ({ response }) => {
    const bytes = Buffer.from(JSON.stringify(value))
    let sent = 0
    response.writeHead(200, { ...jsonType, "content-length": bytes.length })
    const timer = setInterval(() => {
      response.write(bytes.subarray(sent, ++sent))
      if (sent === bytes.length) response.end()
    }, everyMillis)
    response.on("close", () => clearInterval(timer))
  }

/** 200 with a web page, like a proxy or a login form. */
export const html: Reply = body("<!doctype html><title>Please log in</title>", { headers: { "content-type": "text/html" } })

/** Valid JSON with the type `text/plain`. */
export const textPlain = (value: unknown): Reply =>
  body(JSON.stringify(value), { headers: { "content-type": "text/plain; charset=utf-8" } })

/** 200, `application/json`, and an empty body. */
export const empty: Reply = body("")

/** Valid JSON behind a UTF-8 byte order mark. */
export const bom = (value: unknown): Reply => body(`\uFEFF${JSON.stringify(value)}`)

/** An array whose one string has the bytes FF FE, which are not UTF-8. */
export const badUtf8: Reply = body(Buffer.concat([Buffer.from('[{"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}]')]))

/** Valid JSON, compressed. */
export const gzip = (value: unknown): Reply => gzipped(Zlib.gzipSync(JSON.stringify(value)))

/** Valid JSON, compressed by brotli. */
export const brotli = (value: unknown): Reply =>
  body(Zlib.brotliCompressSync(JSON.stringify(value)), { headers: { "content-encoding": "br" } })

/** An encoding that was not requested. */
export const zstd: Reply = body("(", { headers: { "content-encoding": "zstd" } })

/** Pages with validators. A request that names them gets 304. */
export const validated =
  (rows: ReadonlyArray<unknown>, validators: (page: number) => Headers): Reply =>
  (exchange) => {
    const { headers } = exchange.request
    const limit = Number(exchange.url.searchParams.get("limit"))
    const page = Number(exchange.url.searchParams.get("page"))
    const known = validators(page)
    const isKnown =
      known["etag"] === undefined
        ? known["last-modified"] !== undefined && headers["if-modified-since"] === known["last-modified"]
        : headers["if-none-match"] === known["etag"]
    const content = JSON.stringify(rows.slice((page - 1) * limit, page * limit))
    if (isKnown) exchange.response.writeHead(304, known).end()
    else body(content, { headers: known })(exchange)
  }

/** An invalid body with the encoding gzip. */
export const badGzip: Reply = body("this is not gzip", { headers: { "content-encoding": "gzip" } })

/** Valid JSON, compressed, without its second half, with a matching Content-Length. `fetch` accepts the rest. */
export const truncatedGzip = (value: unknown): Reply => {
  const whole = Zlib.gzipSync(JSON.stringify(value))
  return gzipped(whole.subarray(0, Math.floor(whole.length / 2)))
}

/** A small body that unpacks to an array of `bytes` bytes, nearly all of them blanks. */
export const gzipBomb = (bytes: number): Reply =>
  gzipped(Zlib.gzipSync(Buffer.concat([Buffer.alloc(bytes, " "), Buffer.from("[]")])))

/** The same by brotli, in a few hundred bytes that arrive in one part. */
export const brotliBomb = (bytes: number): Reply =>
  body(
    Zlib.brotliCompressSync(Buffer.concat([Buffer.alloc(bytes, " "), Buffer.from("[]")]), {
      params: { [Zlib.constants.BROTLI_PARAM_QUALITY]: 3 }
    }),
    { headers: { "content-encoding": "br" } }
  )

/**
 * A JSON array of `bytes` blanks, sent as fast as it is read, without Content-Length; `announced` gives the true one. The
 * server's `bytesSent` shows how much was read.
 */
export const oversized =
  (bytes: number, options: { readonly announced?: boolean } = {}): Reply =>
  ({ response }) => {
    const blanks = Buffer.alloc(64 * 1024, " ")
    response.writeHead(200, { ...jsonType, ...(options.announced === true ? { "content-length": bytes + 2 } : {}) })
    let left = bytes
    const pump = () => {
      while (left > 0 && !response.destroyed) {
        const chunk = blanks.subarray(0, Math.min(left, blanks.length))
        left -= chunk.length
        if (!response.write(chunk)) return void response.once("drain", pump)
      }
      response.end("]")
    }
    response.write("[")
    pump()
  }

/** An array in an array, `depth` deep. */
export const nested = (depth: number): Reply => body("[".repeat(depth) + "]".repeat(depth))

/** Redirects to a path of this server, or to a URL of another one. */
export const redirect = (location: string, code = 302): Reply => body("", { status: code, headers: { location } })

/** Redirects to the requested address. */
export const redirectLoop: Reply = (exchange) => redirect(exchange.request.url ?? "/")(exchange)

const gzipped = (bytes: Uint8Array): Reply => body(bytes, { headers: { "content-encoding": "gzip" } })

const half = (value: unknown, { response }: Exchange, after: () => void) => {
  const bytes = Buffer.from(JSON.stringify(value))
  response.writeHead(200, { ...jsonType, "content-length": bytes.length })
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => after())
}
