import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Taken } from "../source/Body.ts"
import * as HttpPage from "../source/HttpPage.ts"
import { PageReader } from "../source/PageReader.ts"
import type { RowChunk } from "../source/RowChunk.ts"
import type * as Validators from "../source/Validators.ts"
import * as ReadingThread from "./ReadingThread.ts"

export interface Options extends ReadingThread.Options {
  /** The maximum number of threads. Each starts when there is work for it. */
  readonly threads: number
  /** Bytes read in place before the first thread starts; small sources never need one. With 0, threads read everything. */
  readonly bytesInPlace: number
  /** A larger answer is dropped in place, before any row is returned, and read by a thread. Default 4 MiB. */
  readonly bytesOfAnswer?: number
}

/**
 * Reads answers in threads, which end with the scope. Small sources are read in place, and so is everything if the system
 * refuses a thread. Both run the same code.
 */
export const layer = ({
  bytesInPlace,
  bytesOfAnswer = 4 * 1024 * 1024,
  threads: most,
  ...options
}: Options): Layer.Layer<PageReader> =>
  Layer.scoped(
    PageReader,
    Effect.gen(function* () {
      const threads = new Set<ReadingThread.ReadingThread>()
      yield* Effect.addFinalizer(() => Effect.forEach(threads, (thread) => thread.end, { concurrency: "unbounded" }))
      /**
       * An idle thread, a new one, or the one with the fewest answers. Returns none if there is none and the system refuses
       * one.
       */
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
      const chooseFor = <A>({ endpoint }: HttpPage.Options<A>) => (endpoint.inThreads === true ? choose() : undefined)
      let read = 0
      const inPlace = Effect.fnUntraced(function* <A>(url: URL, options: HttpPage.Options<A>, known: Validators.Validators) {
        const own = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
        const answer = yield* Scope.extend(HttpPage.openUnless(url, options, known), own)
        if (answer === undefined) return undefined
        const chunks: Array<RowChunk<A>> = []
        let bytes = 0
        while (bytes <= bytesOfAnswer) {
          const taken = yield* answer.next
          chunks.push(...taken.chunks)
          bytes += taken.bytes
          read += taken.bytes
          if (taken.isLast) return { ...answer, next: Effect.succeed({ ...taken, chunks, bytes }) }
        }
        const thread = chooseFor(options)
        if (thread === undefined) return { ...answer, next: resumed({ chunks, isLast: false, bytes }, answer.next) }
        yield* Scope.close(own, Exit.void)
        return yield* thread.fetch(url, options, known)
      })
      return {
        openUnless: (url, options, known) =>
          Effect.suspend(() => {
            const thread = read >= bytesInPlace ? chooseFor(options) : undefined
            return thread?.fetch(url, options, known) ?? inPlace(url, options, known)
          })
      }
    })
  )

/** Returns the part that was read already, then the rest. */
const resumed = <A, E>(first: Taken<A>, rest: Effect.Effect<Taken<A>, E>): Effect.Effect<Taken<A>, E> => {
  let isFirst = true
  return Effect.suspend(() => {
    if (!isFirst) return rest
    isFirst = false
    return Effect.succeed(first)
  })
}
