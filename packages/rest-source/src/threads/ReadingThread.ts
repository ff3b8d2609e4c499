import { Worker } from "node:worker_threads"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as HttpPage from "../source/HttpPage.ts"
import * as RowChunk from "../source/RowChunk.ts"
import * as SourceError from "../source/SourceError.ts"
import type { Validators } from "../source/Validators.ts"
import * as Inbox from "./Inbox.ts"
import type { Reply, Request } from "./Protocol.ts"

/** A thread that runs `ReadingWorker`. */
export interface ReadingThread {
  /** Fetches and reads an answer in the thread, one part ahead of the reader. */
  readonly fetch: <A>(
    url: URL,
    options: HttpPage.Options<A>,
    known: Validators
  ) => Effect.Effect<HttpPage.HttpPage<A> | undefined, SourceError.SourceError, Scope.Scope>
  /** The number of answers that the thread is reading. */
  readonly answers: () => number
  readonly end: Effect.Effect<void>
}

export interface Options {
  /** The file that the thread runs: JavaScript that calls `ReadingWorker.run`. */
  readonly file: string
  /** The thread's environment. It gets nothing else of the process's environment. */
  readonly env: Readonly<Record<string, string>>
  /** The thread's data at its start: how it fetches. */
  readonly workerData: unknown
}

/** Why a thread ended: the name of its error, never the message, which could quote the answer. */
interface Ended {
  readonly why: string
}

/** Starts a thread. If it ends by itself, `gone` is called and its readers fail. */
export const start = ({ env, file, workerData }: Options, gone: () => void): ReadingThread => {
  const worker = new Worker(file, { stdout: true, stderr: true, env, workerData, resourceLimits })
  const inboxes = new Map<number, Inbox.Inbox<Reply, Ended>>()
  let begun = 0
  const ask = (request: Request) => worker.postMessage(request)
  worker.on("message", (reply: Reply) => inboxes.get(reply.answer)?.put(reply))
  // The error's message may quote the rows.
  let why = "exit"
  worker.on("error", ({ code, name }: NodeJS.ErrnoException) => {
    why = [code, name].find((text) => text !== undefined && /^[A-Za-z_]{1,40}$/.test(text)) ?? "error"
  })
  let ended: Ended | undefined
  worker.on("exit", () => {
    gone()
    ended = { why }
    for (const inbox of inboxes.values()) inbox.end(ended)
  })
  /** Requests an answer, and returns its number and its head. It is closed with the scope. */
  const begin = (first: (answer: number) => Request) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const answer = begun++
        const inbox = Inbox.make<Reply, Ended>()
        if (ended !== undefined) inbox.end(ended)
        inboxes.set(answer, inbox)
        ask(first(answer))
        return { answer, reply: inbox.take }
      }),
      ({ answer }) =>
        Effect.sync(() => {
          inboxes.delete(answer)
          ask({ _tag: "Close", answer })
        })
    )

  const fetch = Effect.fnUntraced(function* <A>(url: URL, options: HttpPage.Options<A>, known: Validators) {
    const { idle, maxBytes, maxRowBytes, rowsOfChunk, token, total } = options
    const { answer, reply } = yield* begin((answer) => ({
      ...{ _tag: "Fetch", answer, url: url.href, known },
      ...{ endpoint: options.endpoint.name, envelope: options.endpoint.envelope },
      token: token === undefined ? undefined : Redacted.value(token),
      limits: { maxBytes, maxRowBytes, rowsOfChunk, idle: Duration.toMillis(idle), total: Duration.toMillis(total) }
    }))
    const endpoint = url.origin + url.pathname
    const told = Effect.mapError(reply, ({ why }) => new SourceError.SourceReaderEnded({ endpoint, why })).pipe(
      Effect.flatMap((told) => (told._tag === "Failed" ? Effect.fail(decodeError(told.error)) : Effect.succeed(told)))
    )
    const first = yield* told
    if (first._tag !== "Begun") return yield* outOfTurn
    if (first.head === undefined) return undefined
    const next = Effect.flatMap(told, (taken) => {
      if (taken._tag !== "Chunks") return outOfTurn
      if (!taken.isLast) ask({ _tag: "More", answer })
      const { bytes, isLast, next, chunks } = taken
      return Effect.succeed({
        chunks: chunks.map((chunk) => RowChunk.unpacking(options.endpoint, chunk)),
        isLast,
        bytes,
        next
      })
    })
    return { ...first.head, next }
  })
  return { fetch, answers: () => inboxes.size, end: Effect.promise(() => worker.terminate()) }
}

/** Rows are replaced page by page. With a small young generation, hardly any become old. */
const resourceLimits = { maxYoungGenerationSizeMb: 3 }

const decodeError = Schema.decodeSync(SourceError.SourceError)

const outOfTurn = Effect.dieMessage("a reading thread replied out of turn")
