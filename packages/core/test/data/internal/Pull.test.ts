import { expect, it } from "@effect/vitest"
import * as Pull from "@sluice/core/data/internal/Pull"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"

/** What came, and how it ended. */
const all = <A, E>(source: Pull.Source<A, E>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const came: Array<A> = []
      const pull = yield* source
      const exit = yield* Effect.exit(Pull.forEach(pull, (one) => Effect.sync(() => came.push(one))))
      return { came, exit, after: Exit.isSuccess(exit) ? yield* pull : undefined }
    })
  )

it.effect.prop(
  "what is asked of a stream, and of a stream of that, is what it has, and then nothing, however often it is asked",
  [FastCheck.array(FastCheck.array(FastCheck.nat()))],
  ([chunks]) =>
    Effect.gen(function* () {
      const stream = Stream.flatMap(Stream.fromIterable(chunks), (chunk) => Stream.fromIterable(chunk))
      const found = { came: chunks.flat(), exit: Exit.void, after: undefined }
      expect(yield* all(Pull.ofStream(stream))).toStrictEqual(found)
      expect(yield* all(Pull.ofStream(Pull.toStream(Pull.ofStream(stream))))).toStrictEqual(found)
    })
)

it.effect("fails as the stream does, after what came before", () =>
  Effect.gen(function* () {
    const stream = Stream.concat(Stream.make(1, 2), Stream.fail("no more"))
    const found = { came: [1, 2], exit: Exit.fail("no more"), after: undefined }
    expect(yield* all(Pull.ofStream(stream))).toStrictEqual(found)
    expect(yield* all(Pull.ofStream(Pull.toStream(Pull.ofStream(stream))))).toStrictEqual(found)
  })
)

it.effect("a stream is closed with the scope, also where nobody has come to its end", () =>
  Effect.gen(function* () {
    let isOpen = false
    const stream = Stream.acquireRelease(
      Effect.sync(() => {
        isOpen = true
        return 1
      }),
      () =>
        Effect.sync(() => {
          isOpen = false
        })
    )
    const first = yield* Effect.scoped(Effect.map(Effect.flatten(Pull.ofStream(stream)), (one) => [one, isOpen]))
    expect([first, isOpen]).toStrictEqual([[1, true], false])
  })
)
