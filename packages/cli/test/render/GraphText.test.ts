import { expect, it } from "vitest"
import * as GraphText from "../../src/render/GraphText.ts"
import * as Style from "../../src/render/Style.ts"

const drawn = [
  "a",
  "├─ b",
  "│  └─ long_name  ← also first_of_them, second_one",
  "│     └─ leaf  ← also first_of_them",
  "└─ c"
].join("\n")
const at = (columns: number, unicode: boolean) =>
  GraphText.tree(drawn, Style.make({ ...Style.plain, colour: false, unicode, columns })).join("\n")

// Regression: a tree ran over the edge of a narrow terminal, which broke its branches.
it("what a line of a tree has no room for stands below its asset, and the branches go on beside it", () => {
  expect(at(32, true)).toMatchInlineSnapshot(`
    "a
    ├─ b
    │  └─ long_name
    │     │  ← also first_of_them,
    │     │    second_one
    │     └─ leaf
    │           ← also first_of_them
    └─ c"
  `)
  expect(at(60, false)).toMatchInlineSnapshot(`
    "a
    |- b
    |  \`- long_name  <- also first_of_them, second_one
    |     \`- leaf  <- also first_of_them
    \`- c"
  `)
})
