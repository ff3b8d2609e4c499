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
  /** The maximum bytes read of one answer, unpacked. */
  readonly maxBytes: number
  /** The maximum bytes of one row, which is in memory whole. */
  readonly maxRowBytes: number
}

/** How a body is turned into chunks. */
export interface Options<A> extends Limits {
  readonly endpoint: Endpoint<A>
  /** Rows of each chunk except the last. */
  readonly rowsOfChunk: number
}

/** The next chunks of a body: at least one, or the last ones, which are none if the answer has no rows. */
export type Next<A> = Effect.Effect<Taken<A>, SourceError.SourceError>

export interface Taken<out A> {
  readonly chunks: ReadonlyArray<RowChunk.RowChunk<A>>
  /** Whether the body was read to its end, and is complete and well-formed. No further chunks follow. */
  readonly isLast: boolean
  /** Bytes of the body, unpacked, read for these chunks. */
  readonly bytes: number
  /** The next page of an envelope, or null. It comes with the last chunks. */
  readonly next?: string | null | undefined
}

/**
 * The rows of an answer's body, read on demand; the rest stays with the server. Rows are returned before the body is known to
 * be complete and well-formed. Only the last chunks confirm that.
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
        // Processing time does not count as silence.
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

/** The minimum bytes read from the network at a time, except at the end. */
const readBytes = 512 * 1024

/** Unreadable compression is a permanent error; other errors may be retried. */
export const lost = (endpoint: string, error: HttpClientError.HttpClientError | Error): SourceError.SourceError => {
  const code = NetworkCode.of(error)
  const proxy = NetworkCode.behindProxy(code)
  if (proxy !== undefined) return new SourceError.SourceProxyFailed({ endpoint, code: proxy })
  if (code !== undefined && NetworkCode.isUntrusted(code)) return new SourceError.SourceUntrusted({ endpoint, code })
  return NetworkCode.isBadCompression(code)
    ? SourceError.invalid(endpoint, `is compressed in a way that cannot be unpacked (${code})`)
    : new SourceError.SourceUnreachable({ endpoint, why: NetworkCode.explain(code) })
}
