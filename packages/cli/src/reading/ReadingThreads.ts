import * as Answer from "@sluice/assets/source/Answer"
import { Answers } from "@sluice/assets/source/Answers"
import type { Endpoint } from "@sluice/assets/source/Endpoint"
import { type CutterOptions, cutter } from "@sluice/assets/source/Piece"
import { inPlace, type RowReader, RowReaders } from "@sluice/assets/source/RowReaders"
import * as Validators from "@sluice/assets/source/Validators"
import * as Bytes from "@sluice/core/internal/bytes"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as ReadingThread from "./ReadingThread.ts"

export interface Options extends ReadingThread.Options {
  /** The most threads; each begins when there is work for it. */
  readonly threads: number
  /**
   * So many bytes of all answers are read in place before there is a thread: for few rows, none is worth its beginning. An
   * answer that is begun before is fetched here to its end, and what comes of it is read by a thread, if one has begun. With 0,
   * threads fetch and read everything, and are waited for.
   */
  readonly bytesInPlace: number
  /** How much a thread is given at a time of such an answer. Default 256 KiB. */
  readonly bytesAtOnce?: number
}

/**
 * Answers are fetched, parsed, decoded and packed in threads, which end with the scope; in place, where the system gives no
 * thread. What they read is what would be read in place; rows come packed, and are unpacked by whoever looks at them.
 */
export const layer = ({
  bytesAtOnce = 256 * 1024,
  bytesInPlace,
  threads: most,
  ...options
}: Options): Layer.Layer<Answers | RowReaders> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const threads = new Set<ReadingThread.ReadingThread>()
      yield* Effect.addFinalizer(() => Effect.forEach(threads, (thread) => thread.end, { concurrency: "unbounded" }))
      /** An idle thread, a new one, or the one with the fewest answers; none where there is none and the system gives none. */
      const choose = () => {
        const [least] = [...threads].sort((a, b) => a.answers() - b.answers())
        if (least !== undefined && (least.answers() === 0 || threads.size >= most)) return least
        try {
          const thread = ReadingThread.start(options, () => threads.delete(thread))
          threads.add(thread)
          return thread
        } catch {
          return least
        }
      }
      let read = 0
      const always = bytesInPlace === 0
      return Context.make(RowReaders, {
        open: <A>(endpoint: Endpoint<A>, options: CutterOptions): Effect.Effect<RowReader<A>, never, Scope.Scope> =>
          gathering(bytesAtOnce, (bytes) => {
            read += bytes
            return Effect.suspend(() => {
              const thread = read > bytesInPlace ? choose() : undefined
              return thread !== undefined && (always || thread.isReady())
                ? thread.open(endpoint, options)
                : Effect.succeed(inThisThread(endpoint, options))
            })
          })
      }).pipe(
        Context.add(Answers, {
          openUnless: (url, options, known) =>
            Effect.suspend(() => {
              // What is probably the same as before has no rows, and is sooner asked for than handed to somebody who asks.
              const isKnown = Object.keys(Validators.conditions(known)).length > 0
              const thread = always || (!isKnown && read >= bytesInPlace) ? choose() : undefined
              return thread?.fetch(url, options, known) ?? Answer.openUnless(url, options, known)
            })
        })
      )
    })
  )

/** Takes bytes, a good deal at a time, and says whether they are the last ones. */
type Take<A> = ReadingThread.RemoteReader<A>["take"]

const inThisThread = <A>(endpoint: Endpoint<A>, options: CutterOptions): { readonly take: Take<A> } => {
  const { end, push } = inPlace(cutter(endpoint, options))
  return {
    take: (bytes, isLast) => (isLast ? Effect.zipWith(push(bytes), end, (some, rest) => [...some, ...rest]) : push(bytes))
  }
}

/** A reader that hands on some hundred KB at a time; who takes them is chosen when the first of them are there. */
const gathering = <A>(
  bytesAtOnce: number,
  choose: (bytes: number) => Effect.Effect<{ readonly take: Take<A> }, never, Scope.Scope>
): Effect.Effect<RowReader<A>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    let parts: Array<Uint8Array> = []
    let size = 0
    let taker: { readonly take: Take<A> } | undefined
    const handOn = Effect.fnUntraced(function* (isLast: boolean) {
      taker ??= yield* Effect.provideService(choose(size), Scope.Scope, scope)
      const bytes = Bytes.joined(parts)
      parts = []
      size = 0
      return yield* taker.take(bytes, isLast)
    })
    return {
      push: (bytes) =>
        Effect.suspend(() => {
          parts.push(bytes)
          size += bytes.length
          return size < bytesAtOnce ? Effect.succeed([]) : handOn(false)
        }),
      end: Effect.suspend(() => handOn(true))
    }
  })
