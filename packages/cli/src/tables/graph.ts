import * as CommandTable from "@sluice/core/command/CommandTable"
import * as Flag from "@sluice/core/command/Flag"
import { formats } from "@sluice/core/render/GraphRender"

export const graph = CommandTable.make({
  name: "graph",
  summary: "Draws which asset depends on which",
  arguments: {},
  options: { format: Flag.withDefault(Flag.oneOf("format", "FORMAT", formats, "how to draw it"), "tree") },
  examples: [
    ["graph", "a tree, every asset once"],
    ["graph --format mermaid", "for a Markdown page"],
    ["graph --format dot | dot -Tsvg > assets.svg", "through Graphviz"]
  ]
})
