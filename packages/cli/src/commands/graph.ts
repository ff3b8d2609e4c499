import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { pipeline } from "@sluice/assets/pipeline"
import * as GraphRender from "@sluice/core/render/GraphRender"
import * as Effect from "effect/Effect"
import { Output } from "../Output.ts"
import { graphHelp } from "../Pages.ts"
import * as GraphText from "../render/GraphText.ts"
import { oneOf } from "./NamedOptions.ts"

const graphOptions = {
  format: oneOf("format", GraphRender.formats).pipe(
    Options.withDefault("tree" as const),
    Options.withDescription("how to draw it")
  )
}

export const graph = Command.make(
  "graph",
  graphOptions,
  Effect.fn("assets.graph")(function* ({ format }) {
    const output = yield* Output
    const text = GraphRender.render(yield* pipeline, format)
    yield* output.out(format === "tree" ? GraphText.tree(text, output.outStyle) : text.split("\n"))
  })
).pipe(Command.withDescription(graphHelp.summary))
