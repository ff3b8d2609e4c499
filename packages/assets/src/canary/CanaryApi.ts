import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Handles one request. */
export type Reply = (request: IncomingMessage, response: ServerResponse) => void

/** An API on the loopback interface with scripted answers. */
export interface CanaryApi {
  readonly url: string
  /** Sets the replies: the first request for a path gets the first reply, the second the second, and later ones the last. */
  readonly answer: (script: { readonly users: ReadonlyArray<Reply>; readonly messages: ReadonlyArray<Reply> }) => void
}

/** Starts the API. The scope's end closes every connection. */
export const make: Effect.Effect<CanaryApi, never, Scope.Scope> = Effect.gen(function* () {
  let scripts = new Map<string, { readonly replies: ReadonlyArray<Reply>; next: number }>()
  const server = createServer((request, response) => {
    const script = scripts.get(new URL(request.url ?? "/", "http://canary").pathname)
    const reply = script?.replies[Math.min(script.next++, script.replies.length - 1)] ?? text(404, "")
    reply(request, response)
  })
  const port = yield* Effect.acquireRelease(listen(server), () =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
  )
  return {
    url: `http://127.0.0.1:${port}`,
    answer: ({ messages, users }) => {
      scripts = new Map([
        ["/users", { replies: users, next: 0 }],
        ["/messages", { replies: messages, next: 0 }]
      ])
    }
  }
})

/** Additions to an answer besides its rows. */
export interface Extras {
  readonly headers?: Readonly<Record<string, string>>
  /** Changes the text of a page. */
  readonly edit?: (text: string) => string
}

/** The requested page of the rows. */
export const rows =
  (all: ReadonlyArray<unknown>, { edit = (text) => text, headers = {} }: Extras = {}): Reply =>
  (request, response) => {
    const query = new URL(request.url ?? "/", "http://canary").searchParams
    const limit = Number(query.get("limit") ?? all.length)
    const start = (Number(query.get("page") ?? 1) - 1) * limit
    const page = edit(JSON.stringify(all.slice(start, start + limit)))
    text(200, page, "application/json", headers)(request, response)
  }

/** Delays answers until it is opened. */
export interface Gate {
  readonly hold: (reply: Reply) => Reply
  readonly open: () => void
}

export const gate = (): Gate => {
  const waiting: Array<() => void> = []
  let isOpen = false
  return {
    hold: (reply) => (request, response) => {
      if (isOpen) reply(request, response)
      else waiting.push(() => reply(request, response))
    },
    open: () => {
      isOpen = true
      for (const go of waiting.splice(0)) go()
    }
  }
}

/** Any value as JSON, with a status. */
export const json = (value: unknown, status = 200): Reply => text(status, JSON.stringify(value), "application/json")

/** A text, unchanged. */
export const text =
  (status: number, content: string, type = "application/json", headers: Readonly<Record<string, string>> = {}): Reply =>
  (_request, response) => {
    response.writeHead(status, { "content-type": type, ...headers }).end(content)
  }

/** JSON that is cut in the middle, in an answer that is complete by HTTP. */
export const truncated = (value: unknown): Reply => {
  const whole = JSON.stringify(value)
  return text(200, whole.slice(0, Math.ceil(whole.length * 0.6)))
}

/** Half of the announced body, followed by `after`: an end, a reset, or silence. */
export const half =
  (value: unknown, after: (request: IncomingMessage) => void): Reply =>
  (request, response) => {
    const bytes = Buffer.from(JSON.stringify(value))
    response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length })
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => after(request))
  }

/** A connection that ends before the answer. */
export const cut = (value: unknown): Reply => half(value, (request) => void request.socket.end())
export const reset = (value: unknown): Reply => half(value, (request) => void request.socket.resetAndDestroy())

/** A web page, a bad redirect, bytes that are not UTF-8 and invalid compressed data, each with canaries. */
export const html = (content: string): Reply => text(200, `<!doctype html><title>${content}</title>`, "text/html")
export const redirect = (content: string): Reply =>
  text(302, "", "text/html", { location: `http://elsewhere.invalid/${encodeURIComponent(content)}` })
export const notUtf8 =
  (content: string): Reply =>
  (_request, response) =>
    void response
      .writeHead(200, { "content-type": "application/json" })
      .end(Buffer.concat([Buffer.from(`[{"city":"${content}`), Buffer.from([0xff, 0xfe]), Buffer.from('"}]')]))
/** A status with a reason phrase and a waiting time, and a redirect to nowhere. */
export const talkative =
  (content: string): Reply =>
  (_request, response) =>
    void response.writeHead(403, content, { "content-type": `text/${content}`, "retry-after": content, link: content }).end()
export const detour = (content: string): Reply => text(302, "", "text/html", { location: `/${encodeURIComponent(content)}` })
export const oddType = (content: string): Reply => text(200, "[]", `text/${content}`)
export const notGzip = (content: string): Reply => text(200, content, "application/json", { "content-encoding": "gzip" })

const listen = (server: Server): Effect.Effect<number> =>
  Effect.async((resume) => {
    server.once("error", () => resume(Effect.dieMessage("no port could be had on the loopback interface")))
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
