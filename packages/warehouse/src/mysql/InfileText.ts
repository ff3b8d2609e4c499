import { TextWriter } from "../sql/TextWriter.ts"

/** How LOAD DATA is told to read what a `Writer` writes. */
export const format =
  "CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\' LINES STARTING BY '' TERMINATED BY '\\n'"

/** A value as text has it: everything is told by its characters, as in `"1"`, except NULL. */
export type Cell = string | null

/** Writes cells as the text of a file, `1\tAda\t\\N\n`. */
export class Writer extends TextWriter {
  constructor() {
    super(escapes)
  }

  null(): void {
    this.plain("\\N")
  }

  endCell(isLast: boolean): void {
    this.byte(isLast ? newline : tab)
  }
}

/** A text in parts, each for one packet: large beside what a packet costs, and no larger than the server accepts. */
export const packets = (text: Uint8Array, maxPacket: number): ReadonlyArray<Uint8Array> => {
  const size = Math.min(256 * 1024, Math.floor(maxPacket / 2))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, n) => text.subarray(n * size, (n + 1) * size))
}

/** The rows of a text, each as the cells that were written. */
export const rows = (text: Uint8Array): ReadonlyArray<ReadonlyArray<Cell>> =>
  Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((row) => row.split("\t").map(cellOf))

const cellOf = (text: string): Cell =>
  text === "\\N" ? null : text.includes("\\") ? text.replace(/\\(.)/g, (_, letter: string) => meant[letter] ?? letter) : text

// NUL and the carriage return would do as they are; they are escaped for whoever looks at the text.
const meant: Readonly<Record<string, string>> = { "0": "\0", t: "\t", n: "\n", r: "\r", "\\": "\\" }

const escapes = TextWriter.escapes(Object.entries(meant))

const newline = "\n".charCodeAt(0)
const tab = "\t".charCodeAt(0)
