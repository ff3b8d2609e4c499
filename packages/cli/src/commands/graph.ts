import type { Values } from "@sluice/core/command/CommandTable"
import * as GraphRender from "@sluice/core/render/GraphRender"
import * as Effect from "effect/Effect"
import { Output } from "../Output.ts"
import { Pipeline } from "../Pipeline.ts"
import * as GraphText from "../render/GraphText.ts"
import type { graph } from "../tables/graph.ts"

export const run = Effect.fn("assets.graph")(function* ({ format }: Values<typeof graph>) {
  const output = yield* Output
  const text = GraphRender.render(yield* Pipeline.graph, format)
  yield* output.out(format === "tree" ? GraphText.tree(text, output.outStyle) : text.split("\n"))
})
