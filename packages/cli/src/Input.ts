import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

/** What is given to a command on standard input. */
export class Input extends Context.Tag("@sluice/cli/Input")<
  Input,
  {
    /** Its first line, without the line's end; empty where there is none. */
    readonly line: Effect.Effect<Redacted.Redacted>
  }
>() {
  declare readonly "~givenToCommands": true
}
