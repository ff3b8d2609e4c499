import type { Style } from "./Style.ts"

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
const asciiBars = ["_", ".", "-", "=", "^"]

/** Numbers as a row of bars, one column each, from the least to the greatest; equal ones are of middle height. */
export const of = (values: ReadonlyArray<number>, style: Pick<Style, "unicode">): string => {
  const heights = style.unicode ? bars : asciiBars
  const least = Math.min(...values)
  const range = Math.max(...values) - least
  const top = heights.length - 1
  return values.map((value) => heights[range === 0 ? top >> 1 : Math.round(((value - least) / range) * top)]).join("")
}
