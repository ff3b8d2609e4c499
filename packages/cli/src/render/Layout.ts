import { eastAsianWidth } from "get-east-asian-width"

/** The columns that text takes on a terminal, decoration aside: wide characters take two, combining ones none. */
export const width = (text: string): number => {
  let columns = 0
  for (const character of text.replace(decoration, "")) columns += widthOf(character)
  return columns
}

/** Text without its decoration. */
export const undecorated = (text: string): string => text.replace(decoration, "")

/** Text cut to at most `columns`, the last of them showing that it was. Give it undecorated text. */
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

/** Rows of cells with their columns aligned to the left, `gap` spaces apart, nothing after the last. */
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
 * Rows of cells, aligned where they fit in `room` columns. Where they do not, the last cell of each row is broken at spaces
 * below itself, or what has no room stands below the rest, aligned in its turn: whichever takes fewer lines. A header has the
 * titles of what then still stands in the first line.
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

/** The room that a last cell must have to be broken below itself. */
const leastHanging = 16

/** Text after something, broken at spaces so that all of it stays to the right of that. */
export const hang = (before: string, text: string, columns: number): ReadonlyArray<string> =>
  wrap(text, columns - width(before)).map((line, i) => `${i === 0 ? before : spaces(width(before))}${line}`.trimEnd())

/** Text broken at spaces into lines of at most `columns`; a longer word stays whole. Line feeds stay breaks. */
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

/** Parts with a separator between them, as many in a line as fit in `columns`. */
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

/** What would move the cursor or ring the bell, spelled out: a value must not be able to write on the screen. */
export const printable = (text: string): string =>
  text.replace(controls, (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const decoration = /\u001b\[[0-9;]*m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const spaces = (columns: number) => " ".repeat(Math.max(0, columns))

/** By UAX #11. Combining marks and what only joins or formats others take none. */
const widthOf = (character: string): number =>
  /[\p{Mn}\p{Me}\p{Cf}]/u.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0)
