import * as Http from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Reply from "./Reply.ts"

/** A received request. */
interface Recorded {
  readonly method: string
  /** Path and query as they were sent: `/users?page=1&limit=100`. */
  readonly url: string
  readonly headers: Http.IncomingHttpHeaders
}

/** A scripted HTTP server on loopback. Paths without a script return 404. */
export interface FaultyApi {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /**
   * Sets the replies to the requests for a path, whatever their query. The first request gets the first reply, the second the
   * second; the last reply repeats. Replaces an earlier script of that path.
   */
  readonly on: (path: string, ...replies: readonly [Reply.Reply, ...Array<Reply.Reply>]) => Effect.Effect<void>
  /** All requests so far, in order of arrival; those of one path only, if one is given. */
  readonly requests: (path?: string) => Effect.Effect<ReadonlyArray<Recorded>>
  /** The same, as paths and queries. */
  readonly urls: (path?: string) => Effect.Effect<ReadonlyArray<string>>
  /** The number of connections so far. */
  readonly connections: Effect.Effect<number>
  /** Waits until `count` requests have arrived in all. Then a TestClock may be adjusted. */
  readonly awaitRequests: (count: number) => Effect.Effect<void>
  /** Bytes written to sockets so far, headers included. It shows whether a client stopped reading. */
  readonly bytesSent: Effect.Effect<number>
}

/**
 * Starts a server that lives as long as the scope. Closing it drops every connection at once, stalled ones included.
 *
 * ```ts
 * it.scoped("a 503 is tried again", () =>
 *   Effect.gen(function* () {
 *     const api = yield* FaultyApi.make
 *     yield* api.on("/users", Reply.status(503, { retryAfter: 1 }), Reply.resetMidBody(users), Reply.json(users))
 *     yield* api.on("/messages", Reply.pages(messages))
 *     // ... read from api.url ...
 *     expect(yield* api.urls("/users")).toStrictEqual(["/users", "/users", "/users"])
 *   }))
 * ```
 */
export const make: Effect.Effect<FaultyApi, never, Scope.Scope> = Effect.gen(function* () {
  const scripts = new Map<string, { readonly replies: ReadonlyArray<Reply.Reply>; next: number }>()
  const recorded: Array<Recorded> = []
  const waiting = new Set<() => void>()
  const counters = new Set<() => number>()

  const server = Http.createServer({ keepAlive: true }, (request, response) => {
    const url = new URL(request.url ?? "/", "http://loopback")
    recorded.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers })
    for (const check of [...waiting]) check()
    const script = scripts.get(url.pathname)
    const reply = script?.replies[Math.min(script.next++, script.replies.length - 1)] ?? Reply.status(404)
    reply({ request, response, url })
  })
  server.on("connection", (socket) => counters.add(() => socket.bytesWritten))
  const port = yield* Effect.acquireRelease(listen(server), () => close(server))

  const requests = (path?: string) =>
    Effect.sync(() => recorded.filter((one) => path === undefined || one.url.split("?")[0] === path))
  return {
    url: `http://127.0.0.1:${port}`,
    on: (path, ...replies) => Effect.sync(() => void scripts.set(path, { replies, next: 0 })),
    requests,
    urls: (path) => Effect.map(requests(path), (all) => all.map((one) => one.url)),
    awaitRequests: (count) =>
      Effect.async((resume) => {
        const check = () => {
          if (recorded.length < count) return
          waiting.delete(check)
          resume(Effect.void)
        }
        waiting.add(check)
        check()
        return Effect.sync(() => waiting.delete(check))
      }),
    connections: Effect.sync(() => counters.size),
    bytesSent: Effect.sync(() => [...counters].reduce((sum, count) => sum + count(), 0))
  }
})

/** The URL of a loopback port that refuses connections, since its server has stopped. */
export const refusedUrl: Effect.Effect<string> = Effect.scoped(Effect.map(make, (api) => api.url))

const listen = (server: Http.Server): Effect.Effect<number> =>
  Effect.async((resume) => {
    server.once("error", (error) => resume(Effect.die(error)))
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

const close = (server: Http.Server): Effect.Effect<void> =>
  Effect.async((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })
