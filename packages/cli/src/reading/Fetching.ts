import { workerData } from "node:worker_threads"
import * as Answer from "@sluice/assets/source/Answer"
import * as Endpoint from "@sluice/assets/source/Endpoint"
import * as Piece from "@sluice/assets/source/Piece"
import { inPlace, RowReaders } from "@sluice/assets/source/RowReaders"
import { SourceError } from "@sluice/assets/source/SourceError"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Proxies from "../wiring/Proxies.ts"
import * as SourceClient from "../wiring/SourceClient.ts"
import type * as Protocol from "./Protocol.ts"

/** An answer that this thread fetches. */
export interface Fetched {
  /** Says that more pieces are wanted. */
  readonly more: () => void
  /** Gives up its connection; nothing is sent of it any more. */
  readonly giveUp: () => void
}

type Send = (reply: Protocol.Reply) => void

/** Fetches an answer as it is fetched without threads, and sends what comes of it; `done` is called at its end. */
export const start = (request: Protocol.Fetch, send: Send, done: () => void): Fetched => {
  const wanted = Effect.unsafeMakeLatch()
  const { answer, endpoint } = request
  const fetch =
    endpoint === "users"
      ? fetchRows(Endpoint.users, request, send, wanted)
      : fetchRows(Endpoint.messages, request, send, wanted)
  const fiber = runtime.runFork(
    fetch.pipe(
      Effect.catchAll((error) => Effect.sync(() => send({ _tag: "Failed", answer, error: encode(error) }))),
      // A bug ends the thread, as one in what takes bytes does: whoever waits for it is told so.
      Effect.catchAllDefect((defect) => Effect.sync(() => setImmediate(() => throws(defect))))
    )
  )
  fiber.addObserver(done)
  return { more: () => wanted.unsafeOpen(), giveUp: () => fiber.unsafeInterruptAsFork(FiberId.none) }
}

/** Connections that are used again, and readers whose pieces are packed at once. */
const runtime = ManagedRuntime.make(
  Layer.merge(
    SourceClient.layer(Proxies.decode(workerData)),
    Layer.succeed(RowReaders, {
      open: (endpoint, options) => Effect.sync(() => inPlace(Piece.packingCutter(endpoint, options)))
    })
  )
)

const fetchRows = Effect.fnUntraced(function* <A>(
  endpoint: Endpoint.Endpoint<A>,
  { answer, known, limits, token, url }: Protocol.Fetch,
  send: Send,
  wanted: Effect.Latch
) {
  const secret = token === undefined ? undefined : Redacted.make(token)
  const opened = yield* Answer.openUnless(new URL(url), { ...limits, endpoint, token: secret }, known)
  const head = opened && { validators: opened.validators, pagination: opened.pagination }
  send({ _tag: "Begun", answer, head })
  if (opened === undefined) return
  while (true) {
    const { isLast, pieces } = yield* opened.next
    send({ _tag: "Pieces", answer, pieces: pieces.map((piece) => Piece.pack(endpoint, piece)), isLast })
    if (isLast) return
    yield* wanted.await
    wanted.unsafeClose()
  }
}, Effect.scoped)

const encode = Schema.encodeSync(SourceError)

const throws = (defect: unknown) => {
  throw defect
}
