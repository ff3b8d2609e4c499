import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Input } from "../Input.ts"

/** This process's standard input. */
export const layer: Layer.Layer<Input> = Layer.succeed(Input, {
  line: Effect.async<Redacted.Redacted>((resume) => {
    const lines = createInterface({ input: process.stdin })
    lines.once("line", (line) => {
      resume(Effect.succeed(Redacted.make(line)))
      lines.close()
    })
    lines.once("close", () => resume(Effect.succeed(Redacted.make(""))))
    return Effect.sync(() => lines.close())
  })
})
