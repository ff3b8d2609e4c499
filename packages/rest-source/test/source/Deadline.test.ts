import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as JumpingClock from "../../../../test/JumpingClock.ts"
import * as Deadline from "../../src/source/Deadline.ts"

const limits = { idle: "30 seconds", total: "10 minutes" } as const
const hour = 3_600_000

/** Waits for a server that sends a part every `every` seconds, and sets the clock meanwhile. */
const waiting = (every: number, jump: number) =>
  Effect.gen(function* () {
    const clock = yield* JumpingClock.make
    const deadline = Deadline.make("/users", limits)
    const server = (heard: (bytes: number) => Effect.Effect<void>) =>
      Effect.forever(Effect.delay(heard(1), `${every} seconds`))
    const fiber = yield* Effect.fork(clock.with(deadline.wait(server)))
    yield* TestClock.adjust("10 seconds")
    clock.jump(jump)
    const endedWithin = (seconds: number) =>
      Effect.map(
        Effect.zipRight(TestClock.adjust(`${seconds} seconds`), Fiber.poll(fiber)),
        (exit) => exit._tag === "Some" && Exit.isFailure(exit.value)
      )
    return { endedWithin, stop: Fiber.interrupt(fiber) }
  })

// Regression: with the clock set back by two minutes, an idle answer ended after 151 s. Set forward, a good one ended at once.
describe("the clock of the machine may be set while a server is waited for", () => {
  for (const jump of [-hour, -120_000, 0, hour]) {
    it.effect(`by ${jump / 1_000} s: a silent answer is given up after 30 s, and no sooner`, () =>
      Effect.gen(function* () {
        const { endedWithin } = yield* waiting(3_600, jump)
        expect([yield* endedWithin(19), yield* endedWithin(1)]).toStrictEqual([false, true])
      })
    )

    it.effect(`by ${jump / 1_000} s: a slow answer is given up after 10 minutes in all, and no sooner`, () =>
      Effect.gen(function* () {
        const { endedWithin } = yield* waiting(10, jump)
        expect([yield* endedWithin(589), yield* endedWithin(1)]).toStrictEqual([false, true])
      })
    )
  }
})
