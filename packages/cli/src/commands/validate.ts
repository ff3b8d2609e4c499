import * as Command from "@effect/cli/Command"
import { pipeline } from "@sluice/assets/pipeline"
import * as Effect from "effect/Effect"
import { Output } from "../Output.ts"
import type * as Help from "../render/Help.ts"
import * as Human from "../render/Human.ts"
import * as Announcement from "../wiring/Announcement.ts"
import * as Settings from "../wiring/Settings.ts"

export const validateHelp: Help.Page = {
  name: "validate",
  usage: "",
  summary: "Checks the definitions and the configuration, and connects to nothing",
  options: [],
  examples: [["validate", "exit code 2, and every problem there is, if something is wrong"]]
}

export const validate = Command.make(
  "validate",
  {},
  Effect.fn("assets.validate")(function* () {
    const output = yield* Output
    const { assets } = yield* pipeline
    const settings = yield* Settings.load
    const ok = output.outStyle.green(output.outStyle.marks.ok)
    yield* output.out([
      `${ok} ${Human.plural(assets.length, "asset")}: no cycles, no duplicates, every upstream is there`,
      `${ok} the configuration names ${Announcement.source(settings)} and ${Announcement.store(settings)}`
    ])
  })
).pipe(Command.withDescription(validateHelp.summary))
