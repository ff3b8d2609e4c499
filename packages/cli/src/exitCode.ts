import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import * as Ref from "effect/Ref"
import { OutputFailed, RunFailed } from "./CliError.ts"

export const ok = 0
/** An asset or a blocking check failed, standard output could not be written, or something broke that must not. */
export const failed = 1
/** Usage, selection, configuration or definition. */
export const refused = 2
export const interrupted = 130

/** The exit code of a run that is concluded, once it is: whatever interrupts the process later does not change it. */
export class OfRun extends Context.Reference<OfRun>()("@sluice/cli/exitCode/OfRun", {
  defaultValue: () => Ref.unsafeMake<number | undefined>(undefined)
}) {}

/** The code that a process ends with. Every other typed error came before any run, and refused it. */
export const of = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return ok
  if (Cause.isInterruptedOnly(exit.cause)) return interrupted
  const failures = Chunk.toReadonlyArray(Cause.failures(exit.cause))
  if (failures.some((error) => error instanceof RunFailed || error instanceof OutputFailed) || failures.length === 0)
    return failed
  return refused
}
