import { createHash } from "node:crypto"
import { createServer } from "node:http"
import * as Effect from "effect/Effect"
import { message, user } from "../../packages/assets/test/support/sources.ts"

export type Row = Readonly<Record<string, unknown>>

/** An API's current rows. Changes apply to the next answers. */
export interface PagedApi {
  readonly url: string
  users: ReadonlyArray<Row>
  messages: ReadonlyArray<Row>
  /** Whether its answers have entity tags. */
  tagged: boolean
  /** The number of answers with a body, by path. */
  readonly read: Map<string, number>
}

/** An API with numbered pages, each with an entity tag of its whole content, until the scope closes. */
export const make = Effect.acquireRelease(
  Effect.async<{ readonly api: PagedApi; readonly close: () => void }>((resume) => {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://test")
      const [page, limit] = [Number(searchParams.get("page")), Number(searchParams.get("limit"))]
      const rows = pathname === "/users" ? api.users : api.messages
      const body = JSON.stringify(rows.slice((page - 1) * limit, page * limit))
      const etag = `"${createHash("sha1").update(body).digest("base64url")}"`
      const headers = { "content-type": "application/json", ...(api.tagged ? { etag } : {}) }
      if (api.tagged && request.headers["if-none-match"] === etag) return void response.writeHead(304, headers).end()
      api.read.set(pathname, (api.read.get(pathname) ?? 0) + 1)
      response.writeHead(200, headers).end(body)
    })
    const api = { url: "", users: [], messages: [], tagged: true, read: new Map() }
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" ? address?.port : undefined
      const close = () => {
        server.close()
        server.closeAllConnections()
      }
      resume(Effect.succeed({ api: Object.assign(api, { url: `http://127.0.0.1:${port}` }), close }))
    })
  }),
  ({ close }) => Effect.sync(close)
).pipe(Effect.map(({ api }): PagedApi => api))

/** A user by number. Every eighth shares its city with others. */
export const userOf = (n: number, changes: Row = {}): Row =>
  user({ id: `u${n}`, city: `City ${n % 8}`, zipCode: String(10_000 + n), ...changes })

/** A message by number, between two users. */
export const messageOf = (n: number, changes: Row = {}): Row =>
  message({ id: `m${n}`, senderId: `u${n % 20}`, receiverId: `u${(n * 7 + 1) % 20}`, ...changes })
