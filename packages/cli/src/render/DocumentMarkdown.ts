import * as Document from "./Document.ts"

/** A document as Markdown. */
export const lines = ({ sections, title }: Document.Document): ReadonlyArray<string> => [
  `# ${escaped(title)}`,
  ...sections.flatMap((section) => ["", `## ${escaped(section.title)}`, ...section.blocks.flatMap(block)])
]

const block = (of: Document.Block): ReadonlyArray<string> => {
  switch (of._tag) {
    case "Text":
      return ["", escaped(of.text)]
    case "Findings":
      return ["", ...of.items.map(({ mark, text }) => `- ${words[mark]}${escaped(text)}`)]
    case "List":
      return ["", ...of.items.map(({ text, title }) => `- **${escaped(title)}.** ${escaped(text)}`)]
    case "Table":
      return [
        "",
        row(of.columns.map(({ title }) => title)),
        `|${of.columns.map(({ numeric }) => (numeric === true ? "--:|" : "---|")).join("")}`,
        ...of.rows.map((cells) =>
          row(cells.map((cell) => (typeof cell === "string" ? cell : Document.drawn(cell, 20, "█"))))
        )
      ]
  }
}

const words = { ok: "", warning: "**Note:** ", failed: "**Problem:** " }

const row = (cells: ReadonlyArray<string>): string =>
  `| ${cells.map((cell) => escaped(cell).replaceAll("|", "\\|")).join(" | ")} |`

/** Escapes Markdown's markup. Backticks stay, because they are intended. */
const escaped = (text: string): string => text.replace(/[\\*<]/g, "\\$&").replaceAll("\n", " ")
