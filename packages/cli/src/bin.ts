import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as exitCode from "./exitCode.ts"
import { main } from "./Main.ts"

let say = (line: string): void => void process.stderr.write(`${line}\n`)
let stopping = "Stopping."

/** The only place that runs an Effect. A first signal interrupts it, so that finalizers roll back; a second ends it at once. */
const fiber = Effect.runFork(
  Effect.zipRight(
    Effect.yieldNow(),
    main(process.argv.slice(2), (own, words) => {
      say = own
      stopping = words
    })
  )
)
const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
let signaledAt: number | undefined

/** Package managers pass on a signal that the terminal has sent to every process already: that is one key press, not two. */
const samePressMillis = 40

const onSignal = () => {
  const now = performance.now()
  if (signaledAt === undefined) {
    signaledAt = now
    say(`${stopping} Once more exits at once.`)
    fiber.unsafeInterruptAsFork(fiber.id())
  } else if (now - signaledAt > samePressMillis) {
    process.exit(exitCode.interrupted)
  }
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal)

/** A driver that throws out of turn could quote data: only the kind of error is told. */
process.on("uncaughtException", (error) => {
  say(`Something unexpected broke (${error instanceof Error ? error.name : typeof error}).`)
  process.exit(exitCode.failed)
})

fiber.addObserver((exit) => {
  clearInterval(keepAlive)
  const code = Exit.isSuccess(exit) ? exit.value : exitCode.of(exit)
  process.exit(signaledAt === undefined ? code : exitCode.interrupted)
})
