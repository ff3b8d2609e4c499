import * as Zlib from "node:zlib"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** The `Accept-Encoding` of our clients: the compressions that this module unpacks. */
export const accepted = "gzip, br"

/**
 * Unpacks a body, part by part. Fails with zlib's error, which has a code, and with `ERR_BUFFER_TOO_LARGE` if one part unpacks
 * to more than 128 MiB. Rows never do, but a few KB of brotli can be gigabytes.
 */
export interface Unpacker {
  readonly push: (part: Uint8Array) => Effect.Effect<ReadonlyArray<Uint8Array>, Error>
  /** Ends the body; fails if parts are missing. */
  readonly end: Effect.Effect<ReadonlyArray<Uint8Array>, Error>
}

/** An unpacker for a `Content-Encoding`; `undefined` for one that was not requested. It works off the main thread. */
export const make = (encoding: string | undefined): Effect.Effect<Unpacker | undefined, never, Scope.Scope> => {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return Effect.succeed(asItIs)
    case "gzip":
    case "x-gzip":
      return unpacking(() => Zlib.createGunzip({ chunkSize: partBytes }))
    case "br":
      return unpacking(() => Zlib.createBrotliDecompress({ chunkSize: partBytes }))
    default:
      return Effect.succeed(undefined)
  }
}

/** Bytes that are unpacked at a time. */
const partBytes = 65_536

/** The maximum bytes unpacked of one part: twice the maximum of gzip for 64 KiB, the network's usual part. */
const mostOfOnePart = 128 * 1024 * 1024

const asItIs: Unpacker = { push: (part) => Effect.succeed([part]), end: Effect.succeed([]) }

const unpacking = (create: () => Zlib.Gunzip | Zlib.BrotliDecompress): Effect.Effect<Unpacker, never, Scope.Scope> =>
  Effect.gen(function* () {
    const stream = yield* Effect.acquireRelease(Effect.sync(create), (some) => Effect.sync(() => some.destroy()))
    let unpacked: Array<Uint8Array> = []
    let size = 0
    let failure: Error | undefined
    let ended = false
    stream.on("data", (part: Uint8Array) => {
      unpacked.push(part)
      size += part.length
      if (size <= mostOfOnePart) return
      failure = tooLarge()
      stream.destroy(failure)
    })
    stream.on("error", (error) => {
      failure = error
    })
    stream.on("end", () => {
      ended = true
    })
    /** Starts a call, and waits until it is done, has failed, or the packed data have ended. */
    const after = (start: (done: () => void) => void) =>
      Effect.async<ReadonlyArray<Uint8Array>, Error>((resume) => {
        const done = () => {
          stream.off("error", done)
          stream.off("end", done)
          const parts = unpacked
          unpacked = []
          size = 0
          resume(failure === undefined ? Effect.succeed(parts) : Effect.fail(failure))
        }
        if (failure !== undefined || ended) return done()
        stream.once("error", done)
        stream.once("end", done)
        start(done)
      })
    return {
      push: (part) => after((done) => void stream.write(part, () => done())),
      end: after(() => void stream.end())
    }
  })

/** Node's error for data that is unpacked at once. */
const tooLarge = () => Object.assign(new Error("too much is unpacked of one part"), { code: "ERR_BUFFER_TOO_LARGE" })
