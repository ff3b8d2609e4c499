import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { OutputFailed } from "./CliError.ts"
import type { Style } from "./render/Style.ts"

/**
 * The output of a command: its result goes to standard output, everything else to standard error. If a reader has closed its end,
 * writing does nothing. After a failed write to standard output, nothing more is written to it.
 */
export class Output extends Context.Tag("@sluice/cli/Output")<
  Output,
  {
    /** The style of standard output. If it is no terminal, its width is infinite: nothing is cut or wrapped. */
    readonly outStyle: Style
    /** The style of standard error. */
    readonly errStyle: Style
    /** Whether standard error is a terminal that can show live lines. */
    readonly interactive: boolean
    /** Writes lines to standard output. */
    readonly out: (lines: ReadonlyArray<string>) => Effect.Effect<void>
    /** Fails if a write to standard output has failed, unless its reader closed the pipe. */
    readonly complete: Effect.Effect<void, OutputFailed>
    /** Writes lines to standard error, above the live ones. */
    readonly err: (lines: ReadonlyArray<string>) => Effect.Effect<void>
    /** Writes lines to standard error, outside of an Effect. */
    readonly unsafeErr: (lines: ReadonlyArray<string>) => void
    /** Replaces the live lines at the end of standard error. Only for a terminal. */
    readonly live: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  }
>() {
  declare readonly "~givenToCommands": true

  static readonly out = (lines: ReadonlyArray<string>): Effect.Effect<void, never, Output> =>
    Effect.flatMap(Output, (output) => output.out(lines))

  static readonly err = (lines: ReadonlyArray<string>): Effect.Effect<void, never, Output> =>
    Effect.flatMap(Output, (output) => output.err(lines))
}
