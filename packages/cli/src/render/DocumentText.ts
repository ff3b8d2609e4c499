import * as Document from "./Document.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** Renders a document as text, within the terminal's width and a readable line length. */
export const lines = ({ sections, title }: Document.Document, style: Style): ReadonlyArray<string> => {
  const room = Math.min(style.columns, widest) - indent.length
  const indented = (text: string) => (text === "" ? "" : `${indent}${text}`)
  return [
    ...Layout.wrap(bare(title, style), room).map(style.bold),
    ...sections.flatMap((section) => [
      "",
      style.bold(section.title),
      ...section.blocks.flatMap((of, i) => [...(i === 0 ? [] : [""]), ...block(of, room, style).map(indented)])
    ])
  ]
}

const widest = 100
const indent = "  "
const gap = 2
const barLength = 20

const block = (of: Document.Block, room: number, style: Style): ReadonlyArray<string> => {
  switch (of._tag) {
    case "Text":
      return Layout.wrap(bare(of.text, style), room)
    case "Findings":
      return of.items.flatMap(({ mark, text }) => hanging(signOf(mark, style), bare(text, style), room))
    case "List":
      return of.items.flatMap(({ text, title }) => [
        ...Layout.wrap(bare(title, style), room).map(style.cyan),
        ...Layout.wrap(bare(text, style), room - indent.length).map((line) => `${indent}${line}`)
      ])
    case "Table":
      return table(of, room, style)
  }
}

const signOf = (mark: Document.Finding["mark"], { green, marks, red, yellow }: Style): string =>
  mark === "ok" ? green(marks.ok) : mark === "warning" ? yellow(marks.warning) : red(marks.failed)

/** A sign, and text beside it that may take several lines. */
const hanging = (sign: string, text: string, room: number): ReadonlyArray<string> =>
  Layout.wrap(text, room - 2).map((line, i) => `${i === 0 ? sign : " "} ${line}`)

/** Renders a table. If a word does not fit its column, cells are placed below each other. */
const table = ({ columns, rows }: Document.Table, room: number, style: Style): ReadonlyArray<string> => {
  const bar = style.unicode ? "█" : "#"
  const titles = columns.map(({ title }) => title)
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === "string" ? bare(cell, style) : Document.drawn(cell, barLength, bar)))
  )
  const all = [titles, ...cells]
  const natural = columns.map((_, i) => Math.max(...all.map((row) => Layout.width(row[i] ?? ""))))
  const least = columns.map((_, i) => Math.max(...all.map((row) => longestWord(row[i] ?? ""))))
  if (total(least) > room) return cells.flatMap((row) => stacked(titles, row, room, style))
  const widths = fitted(natural, least, room)
  const linesOf = (row: ReadonlyArray<string>) => {
    const broken = row.map((cell, i) => Layout.wrap(cell, widths[i] ?? 0))
    const height = Math.max(...broken.map((parts) => parts.length))
    return Array.from({ length: height }, (_, line) =>
      broken
        .map((parts, i) =>
          (columns[i]?.numeric === true ? Layout.padStart : Layout.padEnd)(parts[line] ?? "", widths[i] ?? 0)
        )
        .join(" ".repeat(gap))
        .trimEnd()
    )
  }
  return [...linesOf(titles).map(style.dim), ...cells.flatMap(linesOf)]
}

/** Renders one row: its first cell, and the others below with their titles. */
const stacked = (
  titles: ReadonlyArray<string>,
  [first = "", ...others]: ReadonlyArray<string>,
  room: number,
  style: Style
): ReadonlyArray<string> => [
  ...Layout.wrap(first, room).map(style.cyan),
  ...others.flatMap((cell, i) => {
    const title = titles[i + 1] ?? ""
    const told = title === "" ? cell : `${title}: ${cell}`
    return cell === "" ? [] : Layout.wrap(told, room - indent.length).map((line) => `${indent}${line}`)
  })
]

/** Shrinks the widest columns until all fit. */
const fitted = (natural: ReadonlyArray<number>, least: ReadonlyArray<number>, room: number): ReadonlyArray<number> => {
  const widths = [...natural]
  while (total(widths) > room) {
    const most = Math.max(...widths.filter((width, i) => width > (least[i] ?? 0)))
    widths[widths.findIndex((width, i) => width === most && width > (least[i] ?? 0))] = most - 1
  }
  return widths
}

const total = (widths: ReadonlyArray<number>): number => widths.reduce((sum, width) => sum + width + gap, -gap)

const longestWord = (text: string): number => Math.max(...text.split(" ").map(Layout.width))

const bare = (text: string, { worded }: Style): string => Layout.printable(worded(text).replaceAll("`", ""))
