/**
 * Writes text as UTF-8, with a backslash before what would mean something else, into buffers that are used again. Characters are written by hand: for values as short as most are, a call into Node costs more.
 */
export abstract class TextWriter {
  readonly #letters: Uint8Array
  #bytes: Buffer = nothing
  #length = 0
  /** How much room a text takes, by the last one; and what was given back. */
  #usual = 64 * 1024
  readonly #spare: Array<Buffer> = []
  #escapes = 0

  constructor(letters: Uint8Array) {
    this.#letters = letters
  }

  /** Of pairs of a letter and the character that it stands for behind a backslash; `u` stands for any, by its code. */
  static escapes(pairs: Iterable<readonly [letter: string, character: string]>): Uint8Array {
    const letters = new Uint8Array(0x80)
    for (const [letter, character] of pairs) letters[character.charCodeAt(0)] = letter.charCodeAt(0)
    return letters
  }

  /** What has been written since the last `take`, in bytes, and how many of them are there only to escape a character. */
  get length(): number {
    return this.#length
  }
  get escapes(): number {
    return this.#escapes
  }

  /** Any text. Where it is not well-formed Unicode, it answers false, and has half a pair written as U+FFFD. */
  text(value: string): boolean {
    let isWhole = true
    for (let start = 0; start < value.length; ) {
      const most = start + unitsAtOnce
      const cutsPair = most < value.length && (value.charCodeAt(most - 1) & 0xfc00) === 0xd800
      const end = cutsPair ? most + 1 : Math.min(most, value.length)
      isWhole = this.#part(value, start, end) && isWhole
      start = end
    }
    return isWhole
  }

  /** The characters from `start` to before `end` of a text in which all are ASCII and none has to be escaped. */
  plain(value: string, start = 0, end = value.length): void {
    const bytes = this.#room(end - start)
    let at = this.#length
    for (let index = start; index < end; index++) bytes[at++] = value.charCodeAt(index)
    this.#length = at
  }

  /** One byte, as it is. */
  byte(code: number): void {
    this.#room(1)[this.#length++] = code
  }

  /** What has been written since the last time. Nothing writes on it any more, unless it is given back. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#usual = Math.max(this.#usual, this.#bytes.length)
    this.#bytes = this.#spare.pop() ?? nothing
    this.#length = 0
    this.#escapes = 0
    return taken
  }

  /** Gives back what was taken and nobody needs any more, to be written on: memory that is large and soon garbage costs more. */
  giveBack(taken: Buffer): void {
    this.#spare.push(Buffer.from(taken.buffer))
  }

  #part(value: string, start: number, end: number): boolean {
    const bytes = this.#room((end - start) * unitLength)
    let at = this.#length
    let isWhole = true
    for (let index = start; index < end; index++) {
      const unit = value.charCodeAt(index)
      if (unit < 0x80) {
        const letter = this.#letters[unit] ?? 0
        if (letter === 0) bytes[at++] = unit
        else {
          bytes[at++] = backslash
          bytes[at++] = letter
          this.#escapes++
          if (letter === byCode) {
            bytes[at++] = digit(0)
            bytes[at++] = digit(0)
            bytes[at++] = digit(unit >> 4)
            bytes[at++] = digit(unit & 0xf)
            this.#escapes += 4
          }
        }
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6)
        bytes[at++] = 0x80 | (unit & 0x3f)
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12)
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
        bytes[at++] = 0x80 | (unit & 0x3f)
      } else {
        const point = value.codePointAt(index) ?? 0
        if (point < 0x10000) {
          isWhole = false
          bytes[at++] = 0xef
          bytes[at++] = 0xbf
          bytes[at++] = 0xbd
        } else {
          index++
          bytes[at++] = 0xf0 | (point >> 18)
          bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
          bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
          bytes[at++] = 0x80 | (point & 0x3f)
        }
      }
    }
    this.#length = at
    return isWhole
  }

  /** The buffer, with room for so many bytes more. */
  #room(bytes: number): Buffer {
    const needed = this.#length + bytes
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, this.#usual))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    return this.#bytes
  }
}

const nothing: Buffer = Buffer.alloc(0)
const unitsAtOnce = 4_096
/** The most bytes of one UTF-16 unit: one of ASCII, escaped by its code. */
const unitLength = 6
const backslash = 0x5c
const byCode = 0x75
const digit = (value: number): number => (value < 10 ? 0x30 : 0x57) + value
