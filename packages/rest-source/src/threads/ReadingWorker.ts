import { parentPort, workerData } from "node:worker_threads"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Endpoint } from "../source/Endpoint.ts"
import * as HttpPage from "../source/HttpPage.ts"
import * as RowChunk from "../source/RowChunk.ts"
import { SourceError, SourceReaderEnded } from "../source/SourceError.ts"
import type * as Protocol from "./Protocol.ts"

/** An answer in progress. */
interface Fetching {
  /** Open while more chunks are wanted. */
  readonly wanted: Effect.Latch
  readonly fiber: Fiber.RuntimeFiber<unknown>
}

/** Sends a reply, and transfers the memory of packed rows. */
const send = (reply: Protocol.Reply): void =>
  parentPort?.postMessage(reply, reply._tag === "Chunks" ? reply.chunks.flatMap(memoryOf) : [])

/** Each buffer once, although it may hold several arrays. */
const memoryOf = ({ ids, packed: { contents, hashes, packed } }: RowChunk.Packed): Array<ArrayBuffer> => {
  const buffers = new Set([ids, contents, hashes, packed.lengths, packed.text].map(({ buffer }) => buffer))
  return [...buffers].flatMap((buffer) => (buffer instanceof ArrayBuffer ? [buffer] : []))
}

/** Fetches an answer as in place, and sends its chunks. */
const fetch = Effect.fnUntraced(function* <A>(
  endpoint: Endpoint<A>,
  { answer, envelope, known, limits, token, url }: Protocol.Fetch,
  wanted: Effect.Latch
) {
  const secret = token === undefined ? undefined : Redacted.make(token)
  const opened = yield* HttpPage.openUnless(
    new URL(url),
    { ...limits, endpoint: { ...endpoint, envelope }, token: secret },
    known
  )
  const head = opened && { validators: opened.validators, pagination: opened.pagination }
  send({ _tag: "Begun", answer, head })
  if (opened === undefined) return
  while (true) {
    const { chunks, ...taken } = yield* opened.next
    send({ _tag: "Chunks", answer, chunks: chunks.map((chunk) => RowChunk.pack(chunk)), ...taken })
    if (taken.isLast) return
    yield* wanted.await
    wanted.unsafeClose()
  }
}, Effect.scoped)

const encode = Schema.encodeSync(SourceError)

/** The list says `inThreads`, but the pipeline's thread file does not name it. */
const unknownList = ({ endpoint, url }: Protocol.Fetch): Effect.Effect<never, SourceReaderEnded> => {
  const { origin, pathname } = new URL(url)
  return new SourceReaderEnded({
    endpoint: origin + pathname,
    why: `the pipeline's .thread file does not name the list ${endpoint}`
  })
}

const throws = (defect: unknown) => {
  throw defect
}

/** A list that a thread can read. */
export interface Readable {
  readonly name: string
  readonly fetch: (request: Protocol.Fetch, wanted: Effect.Latch) => Effect.Effect<void, SourceError, HttpClient.HttpClient>
}

export const readable = <A>(endpoint: Endpoint<A>): Readable => ({
  name: endpoint.name,
  fetch: (request, wanted) => fetch(endpoint, request, wanted)
})

/**
 * Makes this thread fetch answers, and parse, decode and pack them. It keeps and prints nothing. `client` gets the thread's
 * data, and makes the client.
 */
export const run = (options: {
  readonly lists: ReadonlyArray<Readable>
  readonly client: (workerData: unknown) => Layer.Layer<HttpClient.HttpClient>
}): void => {
  const runtime = ManagedRuntime.make(options.client(workerData))
  const lists = new Map(options.lists.map((list) => [list.name, list]))
  const fetching = new Map<number, Fetching>()

  const start = (request: Protocol.Fetch): void => {
    const { answer } = request
    const wanted = Effect.unsafeMakeLatch()
    const list = lists.get(request.endpoint)
    const fetched: Effect.Effect<void, SourceError, HttpClient.HttpClient> =
      list?.fetch(request, wanted) ?? unknownList(request)
    const fiber = runtime.runFork(
      fetched.pipe(
        Effect.catchAll((error) => Effect.sync(() => send({ _tag: "Failed", answer, error: encode(error) }))),
        // A bug ends the thread and fails its readers.
        Effect.catchAllDefect((defect) => Effect.sync(() => setImmediate(() => throws(defect))))
      )
    )
    fetching.set(answer, { wanted, fiber })
    fiber.addObserver(() => fetching.delete(answer))
  }

  parentPort?.on("message", (request: Protocol.Request) => {
    switch (request._tag) {
      case "Fetch":
        start(request)
        break
      case "More":
        fetching.get(request.answer)?.wanted.unsafeOpen()
        break
      case "Close":
        fetching.get(request.answer)?.fiber.unsafeInterruptAsFork(FiberId.none)
    }
  })
}
