import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Deadline } from "./Deadline.ts"
import type { Endpoint } from "./Endpoint.ts"
import type { Fault } from "./JsonRows.ts"
import * as NetworkCode from "./NetworkCode.ts"
import * as RowChunk from "./RowChunk.ts"
import * as SourceError from "./SourceError.ts"
import * as Unpack from "./Unpack.ts"

export interface Limits {
  /** The most that is read of one answer, unpacked. */
  readonly maxBytes: number
  /** The most that one row may have; it is held in memory whole. */
  readonly maxRowBytes: number
}

/** What is made of a body, and how. */
export interface Options<A> extends Limits {
  readonly endpoint: Endpoint<A>
  /** Rows of each chunk but the last one. */
  readonly rowsOfChunk: number
}

/** The next chunks of a body: some at least, or the last ones, which are none where the answer has no rows. */
export type Next<A> = Effect.Effect<Taken<A>, SourceError.SourceError>

export interface Taken<out A> {
  readonly chunks: ReadonlyArray<RowChunk.RowChunk<A>>
  /** The body was read to its end, and is whole and well-formed. There is nothing to be asked for any more. */
  readonly isLast: boolean
  /** Bytes of the body, unpacked, that were read for them. */
  readonly bytes: number
  /** With the last ones, if rows are within an envelope: the next page that it names, or null. */
  readonly next?: string | null | undefined
}

/**
 * The rows of an answer's body, read as they are asked for: what nobody asks for stays with the server. Rows come before the
 * body is known to be whole and well-formed; only the last ones say that it was.
 */
export const rows = Effect.fn("Body.rows", { captureStackTrace: false })(function* <A>(
  response: HttpClientResponse.HttpClientResponse,
  endpoint: string,
  options: Options<A>,
  deadline: Deadline
): Effect.fn.Return<Next<A>, SourceError.SourceError, Scope.Scope> {
  const unpacker = yield* Unpack.make(response.headers["content-encoding"])
  if (unpacker === undefined) {
    return yield* SourceError.invalid(endpoint, "is compressed in a way that was not asked for")
  }
  const tooLarge = new SourceError.SourceTooLarge({ endpoint, limit: options.maxBytes, unit: "bytes" })
  const announced = Number(response.headers["content-length"] ?? Number.NaN)
  if (announced > options.maxBytes) return yield* tooLarge

  const pull = yield* Stream.toPull(response.stream)
  const nextParts = Effect.catchAll(
    pull,
    Option.match({ onNone: () => Effect.succeed(undefined), onSome: (error) => Effect.fail(lost(endpoint, error)) })
  )
  const chunker = RowChunk.chunker(options.endpoint, options)
  let received = 0
  let size = 0

  const orFault = Effect.mapError((fault: Fault) =>
    fault._tag === "NotRows"
      ? SourceError.invalid(endpoint, fault.why, fault.retryable)
      : new SourceError.SourceTooLarge({ endpoint, limit: options.maxRowBytes, unit: "bytes of one row" })
  )
  const readAll = Effect.fnUntraced(function* (
    unpacking: Effect.Effect<ReadonlyArray<Uint8Array>, Error>,
    chunks: Array<RowChunk.RowChunk<A>>
  ) {
    for (const part of yield* Effect.mapError(unpacking, (error) => lost(endpoint, error))) {
      size += part.length
      if (size > options.maxBytes) return yield* tooLarge
      chunks.push(...(yield* orFault(chunker.push(part))))
    }
  })

  const read = Effect.fnUntraced(function* (heard: (bytes: number) => Effect.Effect<void>) {
    const chunks: Array<RowChunk.RowChunk<A>> = []
    const [from, before] = [received, size]
    while (received - from < readBytes || chunks.length === 0) {
      const parts = yield* nextParts
      for (const part of parts ?? []) {
        received += part.length
        yield* heard(part.length)
        yield* readAll(unpacker.push(part), chunks)
        // What came was worked on meanwhile: that was no silence.
        yield* heard(0)
      }
      if (parts === undefined) {
        if (received < announced) {
          return yield* new SourceError.SourceUnreachable({ endpoint, why: "the answer was shorter than announced" })
        }
        yield* readAll(unpacker.end, chunks)
        chunks.push(...(yield* orFault(chunker.end())))
        return { chunks, isLast: true, bytes: size - before, next: chunker.next?.() }
      }
    }
    return { chunks, isLast: false, bytes: size - before }
  })
  return deadline.wait(read)
})

/** What is read of the wire at a time, at least, unless it is all there is. */
const readBytes = 512 * 1024

/** Compression that cannot be read is wrong for good; all else may work another time. */
export const lost = (endpoint: string, error: HttpClientError.HttpClientError | Error): SourceError.SourceError => {
  const code = NetworkCode.of(error)
  const proxy = NetworkCode.behindProxy(code)
  if (proxy !== undefined) return new SourceError.SourceProxyFailed({ endpoint, code: proxy })
  if (code !== undefined && NetworkCode.isUntrusted(code)) return new SourceError.SourceUntrusted({ endpoint, code })
  return NetworkCode.isBadCompression(code)
    ? SourceError.invalid(endpoint, `is compressed in a way that cannot be unpacked (${code})`)
    : new SourceError.SourceUnreachable({ endpoint, why: NetworkCode.explain(code) })
}
