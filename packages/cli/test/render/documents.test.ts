import { describe, expect, it } from "vitest"
import * as Document from "../../src/render/Document.ts"
import * as DocumentMarkdown from "../../src/render/DocumentMarkdown.ts"
import * as DocumentText from "../../src/render/DocumentText.ts"
import * as Style from "../../src/render/Style.ts"

const page: Document.Document = {
  title: "A page",
  sections: [
    {
      title: "First",
      blocks: [
        Document.findings({ mark: "ok", text: "Good." }, { mark: "warning", text: "Look at `a|b` and this *." }),
        Document.text("Some words about `users_raw`, more than there is room for in one line.")
      ]
    },
    {
      title: "Second",
      blocks: [
        Document.table(
          [{ title: "what" }, { title: "users", numeric: true }, { title: "" }],
          [
            ["one", "1,000", { share: 1 }],
            ["two", "1", { share: 0.001 }],
            ["none", "0", { share: 0 }]
          ]
        ),
        Document.table(
          [{ title: "field" }, { title: "why" }],
          [["a_field_of_some_length", "because it is so and not otherwise"]]
        ),
        Document.list([{ title: "A risk", text: "What it means." }])
      ]
    }
  ]
}

const text = (columns: number, unicode = true) =>
  DocumentText.lines(page, Style.make({ ...Style.plain, colour: false, unicode, columns })).join("\n")

describe("a document as text", () => {
  it("is wrapped, and its tables are aligned", () => {
    expect(text(44)).toMatchInlineSnapshot(`
      "A page

      First
        ✓ Good.
        ! Look at a|b and this *.

        Some words about users_raw, more than
        there is room for in one line.

      Second
        what  users
        one   1,000  ████████████████████
        two       1  █
        none      0

        field                   why
        a_field_of_some_length  because it is so
                                and not otherwise

        A risk
          What it means."
    `)
  })

  it("has a table's rows one below the other where its words find no room beside each other", () => {
    expect(text(30).split("\n").slice(-8)).toMatchInlineSnapshot(`
      [
        "    users: 0",
        "",
        "  a_field_of_some_length",
        "    why: because it is so and",
        "    not otherwise",
        "",
        "  A risk",
        "    What it means.",
      ]
    `)
  })

  it("needs no more than ASCII for its bars and marks where there is none", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is what is meant.
    expect(text(44, false)).toMatch(/^[\x00-\x7f]*$/)
  })
})

it("a document as Markdown keeps its names as code, and what would be markup as text", () => {
  expect(DocumentMarkdown.lines(page).join("\n")).toMatchInlineSnapshot(`
    "# A page

    ## First

    - Good.
    - **Note:** Look at \`a|b\` and this \\*.

    Some words about \`users_raw\`, more than there is room for in one line.

    ## Second

    | what | users |  |
    |---|--:|---|
    | one | 1,000 | ████████████████████ |
    | two | 1 | █ |
    | none | 0 |  |

    | field | why |
    |---|---|
    | a_field_of_some_length | because it is so and not otherwise |

    - **A risk.** What it means."
  `)
})
