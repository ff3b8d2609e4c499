import type * as Definitions from "@sluice/core/definitions/Definitions"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Ref from "effect/Ref"
import * as Cli from "./Cli.ts"
import { RunFailed } from "./CliError.ts"
import * as exitCode from "./exitCode.ts"
import { Output } from "./Output.ts"
import { Pipeline } from "./Pipeline.ts"
import * as ErrorText from "./render/ErrorText.ts"
import * as CliLogger from "./wiring/CliLogger.ts"
import * as NodeInput from "./wiring/NodeInput.ts"
import * as NodeOutput from "./wiring/NodeOutput.ts"

/** Controls the running program from outside. */
export interface Controls {
  /** Writes a line to standard error above the live lines. */
  readonly say: (line: string) => void
  /** Reports the interruption and interrupts the command, so that running steps roll back. */
  readonly stop: () => void
}

/**
 * Runs a command of one pipeline, reports errors, and returns the exit code. Calls `ready` when the command has started. The
 * code of an interrupted command is 130, unless the command has ended or its run is concluded.
 */
export const main = (
  definitions: Definitions.Any,
  args: ReadonlyArray<string>,
  ready: (controls: Controls) => void
): Effect.Effect<number> =>
  Effect.gen(function* () {
    const output = yield* Output
    const ofRun = yield* Ref.make<number | undefined>(undefined)
    const command = yield* Cli.run(args).pipe(
      Effect.zipLeft(output.complete),
      Effect.provide(Logger.replace(Logger.defaultLogger, CliLogger.make(output))),
      Effect.provideService(exitCode.OfRun, ofRun),
      Effect.provideService(Pipeline, definitions),
      Effect.fork
    )
    let stopped = false
    const say = (line: string) => output.unsafeErr([line])
    const stop = () => {
      stopped = true
      say(`${Cli.stopping(definitions, args)} Once more exits at once.`)
      command.unsafeInterruptAsFork(FiberId.none)
    }
    ready({ say, stop })
    const exit = yield* Fiber.await(command)
    if (Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause) && !isTold(exit.cause)) {
      yield* output.err(ErrorText.lines(exit.cause, { trace: Cli.isDebugging(definitions, args) }, output.errStyle))
    }
    if (stopped && Exit.isFailure(exit)) return (yield* ofRun) ?? exitCode.interrupted
    return exitCode.of(exit)
  }).pipe(Effect.provide(Layer.merge(NodeInput.layer, NodeOutput.layer(Cli.envFile(definitions, args)))))

const isTold = (cause: Cause.Cause<unknown>): boolean => {
  const failure = Cause.failureOption(cause)
  return failure._tag === "Some" && failure.value instanceof RunFailed && failure.value.detail === ""
}
