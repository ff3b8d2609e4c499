import type { CellState, PartitionStrip, Row } from "@sluice/core/plan/PartitionStrip"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import type { Style } from "./Style.ts"

/** The partitions of an asset as one character each, by month or year, and what the characters mean. */
export const lines = ({ earlier, rows }: PartitionStrip, style: Style): ReadonlyArray<string> => {
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(({ label }) => label.length))
  const unit = width > 4 ? "month" : "year"
  const used = new Set(rows.flatMap(({ cells }) => cells.filter((cell) => cell !== undefined)))
  return [
    ...(earlier === 0 ? [] : [style.dim(`  ${Human.plural(earlier, `earlier ${unit}`)}`)]),
    ...rows.flatMap((row) => (row.label === "" ? keysOf(row, style) : [rowOf(row, width, style)])),
    style.dim(
      Layout.pack(
        states.filter((state) => used.has(state)).map((state) => `${signOf(state, style)} ${meaning[state]}`),
        "  ",
        style.columns - 2
      )
        .map((line) => `  ${line}`)
        .join("\n")
    )
  ]
}

const rowOf = ({ cells, label }: Row, width: number, style: Style): string =>
  `  ${style.dim(Layout.padEnd(label, width))}  ${cells.map((cell) => (cell === undefined ? " " : drawn(cell, style))).join("")}`

const keysOf = ({ cells, keys }: Row, style: Style): ReadonlyArray<string> =>
  Layout.pack(
    cells.map((cell, at) => `${cell === undefined ? " " : drawn(cell, style)} ${keys[at] ?? ""}`),
    "  ",
    style.columns - 2
  ).map((line) => `  ${line}`)

const states: ReadonlyArray<CellState> = ["made", "stale", "partly", "missing", "failed"]

const meaning: Readonly<Record<CellState, string>> = {
  made: "made",
  stale: "stale",
  partly: "partly made",
  missing: "missing",
  failed: "failed"
}

const signs: Readonly<Record<CellState, readonly [unicode: string, ascii: string]>> = {
  made: ["█", "#"],
  stale: ["▒", "~"],
  partly: ["▄", "+"],
  missing: ["·", "."],
  failed: ["✗", "x"]
}

const signOf = (state: CellState, { unicode }: Style): string => signs[state][unicode ? 0 : 1]

const drawn = (state: CellState, style: Style): string => {
  const sign = signOf(state, style)
  switch (state) {
    case "made":
      return style.green(sign)
    case "failed":
      return style.red(sign)
    case "stale":
    case "partly":
      return style.yellow(sign)
    case "missing":
      return style.dim(sign)
  }
}
