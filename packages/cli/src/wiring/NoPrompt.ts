import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const asked = Effect.dieMessage("a command asked at the terminal, and none does")

/**
 * The terminal as the parser of arguments wants it, to ask for what was not typed. No command asks, so Node's is not loaded.
 */
export const layer: Layer.Layer<Terminal.Terminal> = Layer.succeed(Terminal.Terminal, {
  columns: asked,
  rows: asked,
  isTTY: asked,
  readInput: asked,
  readLine: asked,
  display: () => asked
})
