import { eastAsianWidth } from "get-east-asian-width"

/** The columns that text takes on a terminal, without its decoration. Wide characters take two, combining ones none. */
export const width = (text: string): number => {
  if (isPlain.test(text)) return text.length
  let columns = 0
  for (const character of text.replace(decoration, "")) columns += widthOf(character)
  return columns
}

/** Text without its decoration. */
export const undecorated = (text: string): string => text.replace(decoration, "")

/** Cuts undecorated text to at most `columns`, and ends it with an ellipsis. */
export const truncate = (text: string, columns: number, ellipsis: string): string => {
  if (width(text) <= columns) return text
  let kept = ""
  let used = 0
  for (const character of text) {
    const next = widthOf(character)
    if (used + next > columns - 1) break
    kept += character
    used += next
  }
  return columns <= 0 ? "" : kept + ellipsis
}

export const padEnd = (text: string, columns: number): string => text + spaces(columns - width(text))
export const padStart = (text: string, columns: number): string => spaces(columns - width(text)) + text

/** Aligns columns to the left, `gap` spaces apart, without trailing spaces. */
export const align = (rows: ReadonlyArray<ReadonlyArray<string>>, gap = 2): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, width(cell))
    })
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : padEnd(cell, (widths[i] ?? 0) + gap)))
      .join("")
      .trimEnd()
  )
}

/**
 * Aligns rows of cells if they fit in `room` columns. Otherwise it wraps the last cell of each row, or moves the cells that do
 * not fit below the row, whichever takes fewer lines. The header keeps the titles of the cells in the first line.
 */
export const table = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  room: number,
  header: ReadonlyArray<string> = []
): ReadonlyArray<string> => {
  if (header.length === 0) return broken(rows, room).flat()
  const [titles = [], ...lines] = broken([header, ...rows], room)
  return [...titles.slice(0, 1), ...lines.flat()]
}

/** The lines of each row. */
const broken = (rows: ReadonlyArray<ReadonlyArray<string>>, room: number): ReadonlyArray<ReadonlyArray<string>> => {
  const whole = align(rows)
  if (whole.every((line) => width(line) <= room)) return whole.map((line) => (line === "" ? [] : [line]))
  const columns = Math.max(...rows.map((row) => row.length))
  if (columns < 2) return rows.map(([cell = ""]) => (cell === "" ? [] : wrap(cell, room)))
  const leading = (count: number) => align(rows.map((row) => [...row.slice(0, count), ""]))
  const fits = (count: number) => leading(count).every((line) => width(line) <= room)
  const count = Array.from({ length: columns - 1 }, (_, i) => columns - 1 - i).find(fits) ?? 1
  const lefts = leading(count)
  const indent = " ".repeat((/^ */.exec(undecorated(rows[0]?.[0] ?? ""))?.[0].length ?? 0) + 4)
  const below = broken(
    rows.map((row) => row.slice(count)),
    room - indent.length
  ).map((lines, i) => [lefts[i] ?? "", ...lines.map((line) => `${indent}${line}`)])
  const left = Math.max(...lefts.map(width)) + 2
  if (count < columns - 1 || left + leastHanging > room) return below
  const hanging = rows.map((row, i) => {
    const lines = hang(padEnd(lefts[i] ?? "", left), row[columns - 1] ?? "", room)
    return lines.some((line) => width(line) > room) ? (below[i] ?? []) : lines
  })
  return hanging.flat().length <= below.flat().length ? hanging : below
}

/** The fewest columns for a wrapped last cell. */
const leastHanging = 16

/** Wraps text to the right of `before`. */
export const hang = (before: string, text: string, columns: number): ReadonlyArray<string> =>
  wrap(text, columns - width(before)).map((line, i) => `${i === 0 ? before : spaces(width(before))}${line}`.trimEnd())

/** Wraps text at spaces into lines of at most `columns`. A longer word stays whole. Line feeds stay. */
export const wrap = (text: string, columns: number): ReadonlyArray<string> =>
  text.split("\n").flatMap((paragraph) => {
    const lines: Array<string> = []
    let line = ""
    for (const word of paragraph.split(" ")) {
      if (line !== "" && width(line) + 1 + width(word) > columns) {
        lines.push(line)
        line = word
      } else line = line === "" ? word : `${line} ${word}`
    }
    return [...lines, line]
  })

/** Joins parts with a separator, as many per line as fit in `columns`. */
export const pack = (parts: ReadonlyArray<string>, separator: string, columns: number): ReadonlyArray<string> => {
  const [first = "", ...others] = parts
  const lines: Array<string> = []
  let line = first
  for (const part of others) {
    const longer = `${line}${separator}${part}`
    if (width(longer) > columns) lines.push(line)
    line = width(longer) > columns ? part : longer
  }
  return [...lines, line]
}

/** Escapes control characters, so that a value cannot move the cursor or ring the bell. */
export const printable = (text: string): string =>
  text.replace(controls, (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const decoration = /\u001b\[[0-9;]*m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const isPlain = /^[ -~]*$/
const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const spaces = (columns: number) => " ".repeat(Math.max(0, columns))

/** The columns of a character by UAX #11. Combining, joining and formatting characters take none. */
const widthOf = (character: string): number =>
  /[\p{Mn}\p{Me}\p{Cf}]/u.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0)
