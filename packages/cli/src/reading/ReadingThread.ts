import { Worker } from "node:worker_threads"
import type { Endpoint } from "@sluice/assets/source/Endpoint"
import type { CutterOptions, Piece } from "@sluice/assets/source/Piece"
import type { Failure, ThreadEnded } from "@sluice/assets/source/RowReaders"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"
import type { PackedPiece, Reply, Request } from "./Protocol.ts"

/** A thread that runs `thread.ts`. */
export interface ReadingThread {
  readonly open: <A>(endpoint: Endpoint<A>, options: CutterOptions) => Effect.Effect<RemoteReader<A>, never, Scope.Scope>
  /** How many readers it has. */
  readonly readers: () => number
  readonly end: Effect.Effect<void>
}

/** A reader of one text, in a thread. */
export interface RemoteReader<out A> {
  /**
   * Hands on the next bytes, whose memory changes hands, and answers pieces: those of the bytes before, for as long as these
   * are not the last ones, so that the thread always has something to do.
   */
  readonly take: (bytes: Uint8Array<ArrayBuffer>, isLast: boolean) => Effect.Effect<ReadonlyArray<Piece<A>>, Failure>
}

/** Starts a thread. Should it end by itself, `gone` is called, and whoever waits for it fails. */
export const start = (file: string, gone: () => void): ReadingThread => {
  const worker = new Worker(file, { stdout: true, stderr: true, env: {}, resourceLimits })
  const readers = new Map<number, (answer: Effect.Effect<ReadonlyArray<PackedPiece>, Failure>) => void>()
  let opened = 0
  const ask = (request: Request, handedOver: Array<ArrayBuffer> = []) => worker.postMessage(request, handedOver)
  worker.on("message", ({ fault, pieces, reader }: Reply) =>
    readers.get(reader)?.(fault === undefined ? Effect.succeed(pieces) : Effect.fail(fault))
  )
  // The message of what ended it may quote what it read.
  let why = "exit"
  worker.on("error", ({ code, name }: NodeJS.ErrnoException) => {
    why = [code, name].find((text) => text !== undefined && /^[A-Za-z_]{1,40}$/.test(text)) ?? "error"
  })
  let ended: Effect.Effect<never, ThreadEnded> | undefined
  worker.on("exit", () => {
    gone()
    ended = Effect.fail({ _tag: "ThreadEnded", why })
    for (const answer of readers.values()) answer(ended)
  })

  const open = <A>(endpoint: Endpoint<A>, { maxRowBytes, rowsOfPiece }: CutterOptions) =>
    Effect.sync((): RemoteReader<A> & { readonly close: Effect.Effect<void> } => {
      type Answer = Deferred.Deferred<ReadonlyArray<PackedPiece>, Failure>
      const reader = opened++
      const asked: Array<Answer> = []
      let before: Answer | undefined
      const pieces = (answer: Answer) =>
        Effect.map(Deferred.await(answer), (some) => some.map((piece) => unpacking(endpoint, piece)))
      readers.set(reader, (answer) => {
        const first = asked.shift()
        if (first !== undefined) Deferred.unsafeDone(first, answer)
      })
      ask({ _tag: "Open", reader, endpoint: endpoint.name, options: { maxRowBytes, rowsOfPiece } })
      return {
        take: (bytes, isLast) =>
          Effect.suspend(() => {
            if (ended !== undefined) return ended
            const earlier = before === undefined ? Effect.succeed([]) : pieces(before)
            const answer: Answer = Deferred.unsafeMake(FiberId.none)
            before = answer
            asked.push(answer)
            ask({ _tag: "Take", reader, bytes, isLast }, [bytes.buffer])
            return isLast ? Effect.zipWith(earlier, pieces(answer), (some, rest) => [...some, ...rest]) : earlier
          }),
        close: Effect.sync(() => {
          readers.delete(reader)
          ask({ _tag: "Close", reader })
        })
      }
    })
  return {
    open: (endpoint, options) => Effect.acquireRelease(open(endpoint, options), ({ close }) => close),
    readers: () => readers.size,
    end: Effect.promise(() => worker.terminate())
  }
}

/** Rows come and go by the page: with little room for new ones, hardly any grow old. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 }

/** A piece whose rows are unpacked when somebody looks at them. */
const unpacking = <A>(
  { codec }: Endpoint<A>,
  { identity, packed, rejected, size, unknownFields }: PackedPiece
): Piece<A> => {
  let unpacked: ReadonlyArray<A> | undefined
  return {
    ...{ size, identity, packed },
    page: {
      get rows() {
        unpacked ??= codec.decode(packed.packed)
        return unpacked
      },
      rejected,
      unknownFields
    }
  }
}
