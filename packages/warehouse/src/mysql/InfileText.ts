import type { Cell } from "./encoding.ts"

/** How LOAD DATA is told to read what `encode` writes. */
export const format =
  "CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\' LINES STARTING BY '' TERMINATED BY '\\n'"

/** Cells of rows that are `width` wide as the text of a file: `1\tAda\t\\N\n`. */
export const encode = (cells: ReadonlyArray<Cell>, width: number): Uint8Array => {
  let text = ""
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at]
    if (typeof cell === "string") text += special.test(cell) ? cell.replace(everySpecial, escaped) : cell
    else text += cell ?? "\\N"
    text += (at + 1) % width === 0 ? "\n" : "\t"
  }
  return Buffer.from(text)
}

// NUL and the carriage return would do as they are; they are escaped for whoever looks at the text.
const special = /[\0\t\n\r\\]/
const everySpecial = /[\0\t\n\r\\]/g
const escapes: Readonly<Record<string, string>> = { "\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\" }
const escaped = (character: string): string => escapes[character] ?? character
