import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { OutputFailed } from "./CliError.ts"
import type { Style } from "./render/Style.ts"

/**
 * Where a command's words go: what it was asked for to standard output, everything else to standard error. Writing to a
 * reader that went away does nothing. After a write to standard output has failed, nothing more is written to it.
 */
export class Output extends Context.Tag("@sluice/cli/Output")<
  Output,
  {
    /** What standard output can show. Its width is infinite where it is no terminal: nothing is cut or broken there. */
    readonly outStyle: Style
    /** The same of standard error. */
    readonly errStyle: Style
    /** Whether standard error is a terminal, on which lines can be drawn over. */
    readonly interactive: boolean
    /** Writes lines to standard output. */
    readonly out: (lines: ReadonlyArray<string>) => Effect.Effect<void>
    /** Fails if a write to standard output has failed, unless its reader went away. */
    readonly complete: Effect.Effect<void, OutputFailed>
    /** Writes lines to standard error, above the live ones. */
    readonly err: (lines: ReadonlyArray<string>) => Effect.Effect<void>
    /** The same from outside of an Effect. */
    readonly unsafeErr: (lines: ReadonlyArray<string>) => void
    /** Replaces the live lines at the end of standard error; only for a terminal. */
    readonly live: (lines: ReadonlyArray<string>) => Effect.Effect<void>
  }
>() {
  declare readonly "~givenToCommands": true

  static readonly out = (lines: ReadonlyArray<string>): Effect.Effect<void, never, Output> =>
    Effect.flatMap(Output, (output) => output.out(lines))

  static readonly err = (lines: ReadonlyArray<string>): Effect.Effect<void, never, Output> =>
    Effect.flatMap(Output, (output) => output.err(lines))
}
