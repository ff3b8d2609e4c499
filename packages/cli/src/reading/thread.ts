/** A thread that parses, decodes and packs answers. What it holds is in memory only, and nothing of it is printed. */
import { parentPort } from "node:worker_threads"
import * as PackedRows from "@sluice/assets/intake/PackedRows"
import * as Endpoint from "@sluice/assets/source/Endpoint"
import * as Piece from "@sluice/assets/source/Piece"
import * as Either from "effect/Either"
import type * as Protocol from "./Protocol.ts"

/** A cutter whose pieces are packed. */
const packing = <A>(endpoint: Endpoint.Endpoint<A>, options: Piece.CutterOptions) => {
  const { end, push } = Piece.cutter(endpoint.decoder, options)
  const packed = ({ identity, page, size }: Piece.Piece<A>): Protocol.PackedPiece => ({
    size,
    identity,
    packed: PackedRows.make(endpoint, page.rows),
    rejected: page.rejected,
    unknownFields: page.unknownFields
  })
  const all = Either.map((pieces: ReadonlyArray<Piece.Piece<A>>) => pieces.map(packed))
  return {
    push: (bytes: Uint8Array) => all(push(bytes)),
    end: () => all(end())
  }
}

const open = ({ endpoint, options }: Protocol.Open) =>
  endpoint === "users" ? packing(Endpoint.users, options) : packing(Endpoint.messages, options)

const readers = new Map<number, ReturnType<typeof open>>()

const take = ({ bytes, isLast, reader }: Protocol.Take): Protocol.Reply | undefined => {
  const found = readers.get(reader)
  if (found === undefined) return
  const pushed = found.push(bytes)
  const taken = isLast ? Either.flatMap(pushed, (some) => Either.map(found.end(), (rest) => [...some, ...rest])) : pushed
  if (isLast || Either.isLeft(taken)) readers.delete(reader)
  return Either.match(taken, { onLeft: (fault) => ({ reader, fault }), onRight: (pieces) => ({ reader, pieces }) })
}

/** The memory of a reply that changes hands. */
const handedOver = ({ pieces = [] }: { readonly pieces?: ReadonlyArray<Protocol.PackedPiece> }): Array<ArrayBuffer> =>
  pieces.flatMap(({ packed: { contents, hashes, packed } }) =>
    [contents.buffer, hashes.buffer, packed.lengths.buffer, packed.text.buffer].flatMap((buffer) =>
      buffer instanceof ArrayBuffer ? [buffer] : []
    )
  )

parentPort?.on("message", (request: Protocol.Request) => {
  switch (request._tag) {
    case "Open":
      readers.set(request.reader, open(request))
      break
    case "Take": {
      const reply = take(request)
      if (reply !== undefined) parentPort?.postMessage(reply, handedOver(reply))
      break
    }
    case "Close":
      readers.delete(request.reader)
  }
})
