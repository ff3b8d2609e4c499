import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as exitCode from "./exitCode.ts"
import { type Controls, main } from "./Main.ts"

/**
 * The longest time between signals of one key press. The terminal sends a signal to every process, and package managers forward
 * it.
 */
const samePressMillis = 40

/**
 * Runs the command that this process's arguments name, for one pipeline. Ends the process with the command's exit code. Only
 * this function runs an Effect.
 *
 * ```ts
 * import { start } from "@sluice/cli/start"
 * import definitions from "./definitions.ts"
 *
 * start(definitions)
 * ```
 */
export const start = (definitions: Definitions.Any): void => {
  /** Before the program is ready, there is nothing to roll back. */
  let controls: Controls = {
    say: (line) => void process.stderr.write(`${line}\n`),
    stop: () => {
      controls.say("Stopping.")
      process.exit(exitCode.interrupted)
    }
  }

  const fiber = Effect.runFork(
    Effect.zipRight(
      Effect.yieldNow(),
      main(definitions, process.argv.slice(2), (own) => {
        controls = own
      })
    )
  )
  const keepAlive = setInterval(() => {}, 2 ** 31 - 1)
  let signaledAt: number | undefined

  /** The first signal stops the program, so that finalizers roll back. The second one ends it at once. */
  const onSignal = () => {
    const now = performance.now()
    if (signaledAt === undefined) {
      signaledAt = now
      controls.stop()
    } else if (now - signaledAt > samePressMillis) {
      process.exit(exitCode.interrupted)
    }
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal)

  /** An uncaught error of a driver could quote data, so only its kind is printed. */
  process.on("uncaughtException", (error) => {
    controls.say(`Something unexpected broke (${error instanceof Error ? error.name : typeof error}).`)
    process.exit(exitCode.failed)
  })

  fiber.addObserver((exit) => {
    clearInterval(keepAlive)
    process.exit(Exit.isSuccess(exit) ? exit.value : exitCode.of(exit))
  })
}
