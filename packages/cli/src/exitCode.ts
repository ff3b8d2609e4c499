import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import * as Ref from "effect/Ref"
import { OutputFailed, RunFailed } from "./CliError.ts"

export const ok = 0
/** An asset or a blocking check failed, standard output could not be written, or a defect occurred. */
export const failed = 1
/** The command line, the selection, the configuration or a definition is wrong. */
export const refused = 2
/** The command was interrupted, or its run was canceled by another command. */
export const interrupted = 130

/** The exit code of a concluded run. A later interruption does not change it. */
export class OfRun extends Context.Reference<OfRun>()("@sluice/cli/exitCode/OfRun", {
  defaultValue: () => Ref.unsafeMake<number | undefined>(undefined)
}) {}

/** Returns the exit code of the process. Every typed error except these two occurred before a run, and refused it. */
export const of = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return ok
  if (Cause.isInterruptedOnly(exit.cause)) return interrupted
  const failures = Chunk.toReadonlyArray(Cause.failures(exit.cause))
  if (failures.some((error) => error instanceof RunFailed && error.isCanceled)) return interrupted
  if (failures.some((error) => error instanceof RunFailed || error instanceof OutputFailed) || failures.length === 0)
    return failed
  return refused
}
