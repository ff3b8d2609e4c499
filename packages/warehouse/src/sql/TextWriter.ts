/**
 * Writes text as UTF-8 into reused buffers, with a backslash before characters that need one. Characters are encoded by hand:
 * for short values, a call into Node costs more.
 */
export abstract class TextWriter {
  readonly #letters: Uint8Array
  #bytes: Buffer = nothing
  #length = 0
  /** The bytes that the last text took, and the buffers that were given back. */
  #usual = 64 * 1024
  readonly #spare: Array<Buffer> = []
  #escapes = 0

  constructor(letters: Uint8Array) {
    this.#letters = letters
  }

  /**
   * Builds an escape table from pairs of the letter after the backslash and the character that it stands for. `u` stands for
   * any character, by its code.
   */
  static escapes(pairs: Iterable<readonly [letter: string, character: string]>): Uint8Array {
    const letters = new Uint8Array(0x80)
    for (const [letter, character] of pairs) letters[character.charCodeAt(0)] = letter.charCodeAt(0)
    return letters
  }

  /** The bytes since the last `take`, and how many of them only escape a character. */
  get length(): number {
    return this.#length
  }
  get escapes(): number {
    return this.#escapes
  }

  /** Writes any text. Returns false if it is not well-formed Unicode; half a surrogate pair becomes U+FFFD. */
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

  /** Writes the characters from `start` to before `end`. All must be ASCII, and none may need an escape. */
  plain(value: string, start = 0, end = value.length): void {
    const bytes = this.#room(end - start)
    let at = this.#length
    for (let index = start; index < end; index++) bytes[at++] = value.charCodeAt(index)
    this.#length = at
  }

  /** Writes one byte unchanged. */
  byte(code: number): void {
    this.#room(1)[this.#length++] = code
  }

  /** The bytes since the last `take`. The buffer is not written to again unless it is given back. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#usual = Math.max(this.#usual, this.#bytes.length)
    this.#bytes = this.#spare.pop() ?? nothing
    this.#length = 0
    this.#escapes = 0
    return taken
  }

  /** Returns a buffer for reuse. Large short-lived buffers would cost more. */
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

  /** The buffer, with room for `bytes` more. */
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
/** The most bytes of one UTF-16 unit: an ASCII character escaped by its code. */
const unitLength = 6
const backslash = 0x5c
const byCode = 0x75
const digit = (value: number): number => (value < 10 ? 0x30 : 0x57) + value
