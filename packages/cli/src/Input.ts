import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

/** The standard input of a command. */
export class Input extends Context.Tag("@sluice/cli/Input")<
  Input,
  {
    /** The first line, without its end. Empty if there is none. */
    readonly line: Effect.Effect<Redacted.Redacted>
  }
>() {
  declare readonly "~givenToCommands": true
}
