/** How LOAD DATA is told to read what a `Writer` writes. */
export const format =
  "CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\' LINES STARTING BY '' TERMINATED BY '\\n'"

/** A value as text has it: everything is told by its characters, as in `"1"`, except NULL. */
export type Cell = string | null

/**
 * Writes cells as the text of a file, `1\tAda\t\\N\n`, into a buffer that it keeps for the next ones. Characters are written
 * by hand: for values as short as most are, a call into Node costs more.
 */
export class Writer {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024)
  #length = 0
  #escapes = 0

  /** What has been written since the last `take`, in bytes, and how many of them escape another one. */
  get length(): number {
    return this.#length
  }
  get escapes(): number {
    return this.#escapes
  }

  /** Any text; false, and nothing to be used any more, where it is not well-formed Unicode. */
  text(value: string): boolean {
    const bytes = this.#room(value.length < 4_096 ? value.length * 3 : Buffer.byteLength(value) * 2)
    let at = this.#length
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index)
      if (unit < 0x80) {
        const escape = escapes[unit] ?? 0
        if (escape === 0) bytes[at++] = unit
        else {
          bytes[at++] = backslash
          bytes[at++] = escape
          this.#escapes++
        }
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6)
        bytes[at++] = 0x80 | (unit & 0x3f)
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12)
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
        bytes[at++] = 0x80 | (unit & 0x3f)
      } else {
        const point = value.codePointAt(index++) ?? 0
        if (point < 0x10000) return false
        bytes[at++] = 0xf0 | (point >> 18)
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
        bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
        bytes[at++] = 0x80 | (point & 0x3f)
      }
    }
    this.#length = at
    return true
  }

  /** The characters from `start` to before `end` of a text in which all are ASCII and none has to be escaped. */
  plain(value: string, start = 0, end = value.length): void {
    const bytes = this.#room(end - start)
    let at = this.#length
    for (let index = start; index < end; index++) bytes[at++] = value.charCodeAt(index)
    this.#length = at
  }

  null(): void {
    this.plain("\\N")
  }

  endCell(isLast: boolean): void {
    this.#room(1)[this.#length++] = isLast ? newline : tab
  }

  /** A copy of what has been written since the last one. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    this.#escapes = 0
    return taken
  }

  /** The buffer, with room for so many bytes more. A UTF-16 unit takes three at the most, and one of ASCII two, escaped. */
  #room(bytes: number): Buffer {
    const needed = this.#length + bytes
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    return this.#bytes
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

/** By a character's code, the code of the letter that stands for it behind a backslash; 0 where it stands for itself. */
const escapes = new Uint8Array(0x80)
for (const [letter, character] of Object.entries(meant)) escapes[character.charCodeAt(0)] = letter.charCodeAt(0)

const backslash = "\\".charCodeAt(0)
const newline = "\n".charCodeAt(0)
const tab = "\t".charCodeAt(0)
