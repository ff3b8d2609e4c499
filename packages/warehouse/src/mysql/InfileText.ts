import { TextWriter } from "../sql/TextWriter.ts"

/** The format clause of LOAD DATA for a `Writer`'s text. */
export const format =
  "CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\' LINES STARTING BY '' TERMINATED BY '\\n'"

/** A value as text. Each value is written in characters, as in `"1"`, except NULL. */
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

/** Cuts a text into packets: large compared with a packet's overhead, and no larger than the server accepts. */
export const packets = (text: Uint8Array, maxPacket: number): ReadonlyArray<Uint8Array> => {
  const size = Math.min(256 * 1024, Math.floor(maxPacket / 2))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, n) => text.subarray(n * size, (n + 1) * size))
}

/** The rows of a text, each as its written cells. */
export const rows = (text: Uint8Array): ReadonlyArray<ReadonlyArray<Cell>> =>
  Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((row) => row.split("\t").map(cellOf))

const cellOf = (text: string): Cell =>
  text === "\\N" ? null : text.includes("\\") ? text.replace(/\\(.)/g, (_, letter: string) => meant[letter] ?? letter) : text

// NUL and the carriage return would work unescaped. Escaping makes the text readable.
const meant: Readonly<Record<string, string>> = { "0": "\0", t: "\t", n: "\n", r: "\r", "\\": "\\" }

const escapes = TextWriter.escapes(Object.entries(meant))

const newline = "\n".charCodeAt(0)
const tab = "\t".charCodeAt(0)
