import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Arguments from "./Arguments.ts"
import * as Cli from "./Cli.ts"
import { RunFailed } from "./CliError.ts"
import * as exitCode from "./exitCode.ts"
import { Output } from "./Output.ts"
import * as ErrorText from "./render/ErrorText.ts"
import * as CliLogger from "./wiring/CliLogger.ts"
import * as NodeInput from "./wiring/NodeInput.ts"
import * as NodeOutput from "./wiring/NodeOutput.ts"

/**
 * The whole program: runs a command, tells what went wrong, and answers the exit code. `ready` is given a way to say
 * something from outside, which does not tear what is being drawn, and what to say when it is to stop.
 */
export const main = (
  args: ReadonlyArray<string>,
  ready: (say: (line: string) => void, stopping: string) => void = () => {}
): Effect.Effect<number> =>
  Effect.gen(function* () {
    const output = yield* Output
    ready((line) => output.unsafeErr([line]), Cli.stopping(args))
    const exit = yield* Cli.run(args).pipe(
      Effect.zipLeft(output.complete),
      Effect.provide(Logger.replace(Logger.defaultLogger, CliLogger.make(output))),
      Effect.exit
    )
    if (Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause) && !isTold(exit.cause)) {
      yield* output.err(ErrorText.lines(exit.cause, { trace: isDebugging(args) }, output.errStyle))
    }
    return exitCode.of(exit)
  }).pipe(Effect.provide(Layer.merge(NodeInput.layer, NodeOutput.layer)))

const isTold = (cause: Cause.Cause<unknown>): boolean => {
  const failure = Cause.failureOption(cause)
  return failure._tag === "Some" && failure.value instanceof RunFailed && failure.value.detail === ""
}

const isDebugging = (args: ReadonlyArray<string>): boolean =>
  /^(debug|trace|all)$/i.test(Arguments.takeLogLevel(args).level ?? "")
