import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Deadline } from "./Deadline.ts"
import * as JsonRows from "./JsonRows.ts"
import * as NetworkCode from "./NetworkCode.ts"
import * as SourceError from "./SourceError.ts"
import * as Unpack from "./Unpack.ts"

export interface Limits {
  /** The most that is read of one answer, unpacked. */
  readonly maxBytes: number
  /** The most that one row may have; it is held in memory whole. */
  readonly maxRowBytes: number
}

/** The next rows of a body, some at least; `undefined` after the last ones. */
export type Next = Effect.Effect<ReadonlyArray<unknown> | undefined, SourceError.SourceError>

/**
 * The rows of an answer's body, read as they are asked for: what nobody asks for stays with the server. Rows come before the
 * body is known to be whole and well-formed; only `undefined` says that it was. They come in pieces of some
 * thousand.
 */
export const rows = Effect.fn("Body.rows", { captureStackTrace: false })(function* (
  response: HttpClientResponse.HttpClientResponse,
  endpoint: string,
  limits: Limits,
  deadline: Deadline
): Effect.fn.Return<Next, SourceError.SourceError, Scope.Scope> {
  const unpacker = yield* Unpack.make(response.headers["content-encoding"])
  if (unpacker === undefined) {
    return yield* SourceError.invalid(endpoint, "is compressed in a way that was not asked for")
  }
  const tooLarge = new SourceError.SourceTooLarge({ endpoint, limit: limits.maxBytes, unit: "bytes" })
  const announced = Number(response.headers["content-length"] ?? Number.NaN)
  if (announced > limits.maxBytes) return yield* tooLarge

  const pull = yield* Stream.toPull(response.stream)
  const nextParts = Effect.catchAll(
    pull,
    Option.match({ onNone: () => Effect.succeed(undefined), onSome: (error) => Effect.fail(lost(endpoint, error)) })
  )
  const json = JsonRows.make(limits.maxRowBytes)
  let received = 0
  let size = 0
  let ended = false

  const parse = (found: Either.Either<ReadonlyArray<unknown>, JsonRows.Fault>) =>
    Either.mapLeft(found, (fault) =>
      fault._tag === "NotRows"
        ? SourceError.invalid(endpoint, fault.why, fault.retryable)
        : new SourceError.SourceTooLarge({ endpoint, limit: limits.maxRowBytes, unit: "bytes of one row" })
    )
  const parseAll = Effect.fnUntraced(function* (
    unpacking: Effect.Effect<ReadonlyArray<Uint8Array>, Error>,
    some: Array<unknown>
  ) {
    for (const part of yield* Effect.mapError(unpacking, (error) => lost(endpoint, error))) {
      size += part.length
      if (size > limits.maxBytes) return yield* tooLarge
      for (const row of yield* parse(json.push(part))) some.push(row)
    }
  })

  const read = Effect.fnUntraced(function* (heard: (bytes: number) => Effect.Effect<void>) {
    const some: Array<unknown> = []
    const from = received
    while (!ended && (received - from < pieceBytes || some.length === 0)) {
      const parts = yield* nextParts
      for (const part of parts ?? []) {
        received += part.length
        yield* heard(part.length)
        yield* parseAll(unpacker.push(part), some)
      }
      if (parts === undefined) {
        ended = true
        if (received < announced) {
          return yield* new SourceError.SourceUnreachable({ endpoint, why: "the answer was shorter than announced" })
        }
        yield* parseAll(unpacker.end, some)
        for (const row of yield* parse(json.end())) some.push(row)
      }
    }
    return some.length > 0 ? some : undefined
  })
  return Effect.suspend(() => (ended ? Effect.succeed(undefined) : deadline.wait(read)))
})

/** What is read of the wire at a time, at least, unless it is all there is. */
const pieceBytes = 512 * 1024

/** Compression that cannot be read is wrong for good; all else may work another time. */
export const lost = (endpoint: string, error: HttpClientError.HttpClientError | Error): SourceError.SourceError => {
  const code = NetworkCode.of(error)
  return NetworkCode.isBadCompression(code)
    ? SourceError.invalid(endpoint, `is compressed in a way that cannot be unpacked (${code})`)
    : new SourceError.SourceUnreachable({ endpoint, why: NetworkCode.explain(code) })
}
