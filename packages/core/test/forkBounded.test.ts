import { expect, it } from "@effect/vitest"
import { forkBounded } from "@sluice/core/forkBounded"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"

const turns = (count: number) => Effect.repeatN(Effect.yieldNow(), count)

it.effect.prop(
  "everything is done, and no more at a time than may be, whatever each takes",
  [FastCheck.array(FastCheck.nat(6), { maxLength: 20 }), FastCheck.integer({ min: 1, max: 4 })],
  ([lengths, most]) =>
    Effect.gen(function* () {
      let underWay = 0
      let peak = 0
      let done = 0
      const one = (length: number) =>
        Effect.gen(function* () {
          peak = Math.max(peak, ++underWay)
          yield* turns(length)
          underWay--
          done++
        })
      const answer = yield* forkBounded(most, (start: (one: Effect.Effect<void>) => Effect.Effect<void>) =>
        Effect.as(
          Effect.forEach(lengths, (length) => start(one(length))),
          "all"
        )
      )
      expect([answer, underWay, done, peak <= most]).toStrictEqual(["all", 0, lengths.length, true])
    })
)

it.effect("as soon as one fails, everything fails as it does, and nothing goes on", () =>
  Effect.gen(function* () {
    const ended: Array<string> = []
    const forever = (name: string) => Effect.onExit(Effect.never, () => Effect.sync(() => ended.push(name)))
    const exit = yield* Effect.exit(
      forkBounded(3, (start: (one: Effect.Effect<void, string>) => Effect.Effect<void>) =>
        Effect.all([start(forever("the other")), start(Effect.fail("this one")), forever("who starts them")])
      )
    )
    expect([exit, ended.sort()]).toStrictEqual([Exit.fail("this one"), ["the other", "who starts them"]])
  })
)

it.effect("whoever is interrupted goes on when all of it has ended", () =>
  Effect.gen(function* () {
    let ended = false
    const slow = Effect.onInterrupt(Effect.never, () =>
      Effect.map(turns(20), () => {
        ended = true
      })
    )
    const running = yield* Effect.fork(
      forkBounded(1, (start: (one: Effect.Effect<void>) => Effect.Effect<void>) => start(slow))
    )
    yield* turns(20)
    yield* Fiber.interrupt(running)
    expect(ended).toBe(true)
  })
)
