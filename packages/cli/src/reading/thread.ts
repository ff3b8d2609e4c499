/** A thread that fetches answers, and parses, decodes and packs them. It keeps and prints nothing. */
import { parentPort, workerData } from "node:worker_threads"
import * as Answer from "@sluice/assets/source/Answer"
import * as Endpoint from "@sluice/assets/source/Endpoint"
import * as Piece from "@sluice/assets/source/Piece"
import { SourceError } from "@sluice/assets/source/SourceError"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Proxies from "../wiring/Proxies.ts"
import * as SourceClient from "../wiring/SourceClient.ts"
import type * as Protocol from "./Protocol.ts"

/** An answer that is being fetched. */
interface Fetching {
  /** Opened when more pieces are wanted. */
  readonly wanted: Effect.Latch
  readonly fiber: Fiber.RuntimeFiber<unknown>
}

/** Connections that are used again. */
const runtime = ManagedRuntime.make(SourceClient.layer(Proxies.decode(workerData)))
const fetching = new Map<number, Fetching>()

/** Sends a reply; the memory of packed rows changes hands. */
const send = (reply: Protocol.Reply): void =>
  parentPort?.postMessage(reply, reply._tag === "Pieces" ? reply.pieces.flatMap(memoryOf) : [])

/** Each once, though several of them may lie in one. */
const memoryOf = ({ ids, packed: { contents, hashes, packed } }: Piece.Packed): Array<ArrayBuffer> => {
  const buffers = new Set([ids, contents, hashes, packed.lengths, packed.text].map(({ buffer }) => buffer))
  return [...buffers].flatMap((buffer) => (buffer instanceof ArrayBuffer ? [buffer] : []))
}

/** Fetches an answer as it is fetched in place, and sends what comes of it. */
const fetch = Effect.fnUntraced(function* <A>(
  endpoint: Endpoint.Endpoint<A>,
  { answer, known, limits, token, url }: Protocol.Fetch,
  wanted: Effect.Latch
) {
  const secret = token === undefined ? undefined : Redacted.make(token)
  const opened = yield* Answer.openUnless(new URL(url), { ...limits, endpoint, token: secret }, known)
  const head = opened && { validators: opened.validators, pagination: opened.pagination }
  send({ _tag: "Begun", answer, head })
  if (opened === undefined) return
  while (true) {
    const { bytes, isLast, pieces } = yield* opened.next
    send({ _tag: "Pieces", answer, pieces: pieces.map((piece) => Piece.pack(piece)), isLast, bytes })
    if (isLast) return
    yield* wanted.await
    wanted.unsafeClose()
  }
}, Effect.scoped)

const start = (request: Protocol.Fetch): void => {
  const { answer } = request
  const wanted = Effect.unsafeMakeLatch()
  const fetched =
    request.endpoint === "users" ? fetch(Endpoint.users, request, wanted) : fetch(Endpoint.messages, request, wanted)
  const fiber = runtime.runFork(
    fetched.pipe(
      Effect.catchAll((error) => Effect.sync(() => send({ _tag: "Failed", answer, error: encode(error) }))),
      // A bug ends the thread: whoever waits for it is told so.
      Effect.catchAllDefect((defect) => Effect.sync(() => setImmediate(() => throws(defect))))
    )
  )
  fetching.set(answer, { wanted, fiber })
  fiber.addObserver(() => fetching.delete(answer))
}

const encode = Schema.encodeSync(SourceError)

const throws = (defect: unknown) => {
  throw defect
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
