/** A thread that fetches answers, or is given them, and parses, decodes and packs them. It keeps and prints nothing. */
import { parentPort } from "node:worker_threads"
import * as Endpoint from "@sluice/assets/source/Endpoint"
import * as Piece from "@sluice/assets/source/Piece"
import * as Either from "effect/Either"
import * as Fetching from "./Fetching.ts"
import type * as Protocol from "./Protocol.ts"

/** Sends a reply; the memory of packed rows changes hands. */
const send = (reply: Protocol.Reply): void =>
  parentPort?.postMessage(reply, reply._tag === "Pieces" ? reply.pieces.flatMap(memoryOf) : [])

/** Each once, though several of them may lie in one. */
const memoryOf = ({ ids, packed: { contents, hashes, packed } }: Piece.Packed): Array<ArrayBuffer> => {
  const buffers = new Set([ids, contents, hashes, packed.lengths, packed.text].map(({ buffer }) => buffer))
  return [...buffers].flatMap((buffer) => (buffer instanceof ArrayBuffer ? [buffer] : []))
}

/** Takes bytes, and says whether they are the last ones. */
type Take = (bytes: Uint8Array, isLast: boolean) => Protocol.Pieces | Protocol.Faulty

const taking = <A>(endpoint: Endpoint.Endpoint<A>, options: Piece.CutterOptions): Take => {
  const { end, push } = Piece.packingCutter(endpoint, options)
  return (bytes, isLast) => {
    const pushed = push(bytes)
    const taken = isLast ? Either.flatMap(pushed, (some) => Either.map(end(), (rest) => [...some, ...rest])) : pushed
    return Either.match(taken, {
      onLeft: (fault) => ({ _tag: "Faulty", fault }),
      onRight: (pieces) => ({ _tag: "Pieces", pieces: pieces.map((piece) => Piece.pack(endpoint, piece)), isLast })
    })
  }
}

const given = new Map<number, Take>()
const fetched = new Map<number, Fetching.Fetched>()

parentPort?.on("message", (request: Protocol.Request) => {
  const { answer } = request
  switch (request._tag) {
    case "Fetch":
      fetched.set(
        answer,
        Fetching.start(request, send, () => fetched.delete(answer))
      )
      break
    case "More":
      fetched.get(answer)?.more()
      break
    case "Open": {
      const { endpoint, options } = request
      given.set(answer, endpoint === "users" ? taking(Endpoint.users, options) : taking(Endpoint.messages, options))
      break
    }
    case "Take": {
      const reply = given.get(answer)?.(request.bytes, request.isLast)
      if (reply === undefined) break
      if (request.isLast || reply._tag === "Faulty") given.delete(answer)
      send({ answer, ...reply })
      break
    }
    case "Close":
      given.delete(answer)
      fetched.get(answer)?.giveUp()
  }
})

const ready: Protocol.Ready = { _tag: "Ready" }
parentPort?.postMessage(ready)
