import { isUtf8 } from "node:buffer"
import type { FieldTree } from "../privacy/classification.ts"

/**
 * Reads some rows of a JSON array, separated by commas, with the array's brackets where they are the first and the last: the
 * objects that `JSON.parse` makes of them, but that fields nobody reads are null, whatever they hold. It checks all that
 * `JSON.parse` does. Undefined where that is to read them: at what is no list of objects, and at what is too unusual, such as a
 * list where a value is expected, or a name with an escape.
 *
 * Most of a row is dropped, or text without escapes, which is found in the bytes: `JSON.parse` takes twice the time to make values
 * of everything. Texts are slices of one string, and keep all of it in memory: this is for rows that are packed at once.
 */
export type QuickRows = (bytes: Uint8Array, isFirst: boolean, isLast: boolean) => ReadonlyArray<unknown> | undefined

export const make = (fields: FieldTree): QuickRows => {
  const root = new Level(fields)
  return (bytes, isFirst, isLast) => {
    if (!isUtf8(bytes)) return undefined
    try {
      return new Parser(bytes).rows(root, isFirst, isLast)
    } catch (thrown) {
      if (thrown === unusual) return undefined
      throw thrown
    }
  }
}

const unusual = new Error("to be read by JSON.parse")

/** A field of objects that are in one place of a row. */
interface Field {
  readonly name: string
  /** As it stands in most texts: `"name":`. */
  readonly bytes: Uint8Array
  readonly isRead: boolean
  /** Where its value is an object, or a list of them: what is read of those. */
  readonly inner: Level | undefined
}

/** Objects that are in one place of a row: which names they have, at which place among each other. */
class Level {
  readonly usual: Array<Field> = []
  readonly #fields: FieldTree
  readonly #known = new Map<string, Field>()

  constructor(fields: FieldTree) {
    this.#fields = fields
  }

  field(name: string): Field {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (name === "__proto__" || this.#known.size === mostNames) throw unusual
    const inner = this.#fields.get(name)
    const field: Field = {
      name,
      bytes: new TextEncoder().encode(`"${name}":`),
      isRead: this.#fields.has(name),
      inner: inner === undefined ? undefined : new Level(inner)
    }
    this.#known.set(name, field)
    return field
  }
}

/** With more different names than that, they are data. */
const mostNames = 1_000
const mostNested = 64

class Parser {
  readonly #bytes: Buffer
  /** Each byte a character: of ASCII, the text itself. */
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#text = this.#bytes.toString("latin1")
  }

  rows(level: Level, isFirst: boolean, isLast: boolean): ReadonlyArray<unknown> {
    const rows: Array<unknown> = []
    if (isFirst) this.#expect(openBracket)
    do {
      this.#expect(openBrace)
      rows.push(this.#object(level))
    } while (this.#next(comma))
    if (isLast) this.#expect(closeBracket)
    this.#blanks()
    if (this.#at !== this.#bytes.length) throw unusual
    return rows
  }

  /** Behind its brace. */
  #object(level: Level): Readonly<Record<string, unknown>> {
    this.#nest()
    const object: Record<string, unknown> = {}
    if (!this.#next(closeBrace)) {
      let place = 0
      do {
        const { inner, isRead, name } = this.#name(level, place++)
        object[name] = isRead ? this.#value(inner) : this.#skip()
      } while (this.#next(comma))
      this.#expect(closeBrace)
    }
    this.#depth--
    return object
  }

  /** Behind its bracket. */
  #list(level: Level): ReadonlyArray<unknown> {
    this.#nest()
    const list: Array<unknown> = []
    if (!this.#next(closeBracket)) {
      do list.push(this.#value(level))
      while (this.#next(comma))
      this.#expect(closeBracket)
    }
    this.#depth--
    return list
  }

  #value(inner: Level | undefined): unknown {
    this.#blanks()
    const byte = this.#bytes[this.#at]
    if (byte === quote) return this.#string()
    if (byte !== openBrace && byte !== openBracket) return this.#scalar()
    if (inner === undefined) throw unusual
    this.#at++
    return byte === openBrace ? this.#object(inner) : this.#list(inner)
  }

  #skip(): null {
    this.#blanks()
    const byte = this.#bytes[this.#at]
    if (byte === quote) this.#skipString()
    else if (byte === openBrace) this.#skipNested(closeBrace)
    else if (byte === openBracket) this.#skipNested(closeBracket)
    else this.#scalar()
    return null
  }

  #skipNested(end: number): void {
    this.#nest()
    this.#at++
    if (!this.#next(end)) {
      do {
        if (end === closeBrace) {
          this.#blanks()
          this.#skipString()
          this.#expect(colon)
        }
        this.#skip()
      } while (this.#next(comma))
      this.#expect(end)
    }
    this.#depth--
  }

  /** A field's name and the colon behind it. */
  #name(level: Level, place: number): Field {
    this.#blanks()
    const usual = level.usual[place]
    if (usual !== undefined && this.#is(usual.bytes)) {
      this.#at += usual.bytes.length
      return usual
    }
    const start = this.#at + 1
    this.#skipString()
    const end = this.#at - 1
    for (let at = start; at < end; at++) if ((this.#bytes[at] ?? 0) > 0x7f || this.#bytes[at] === backslash) throw unusual
    this.#expect(colon)
    const field = level.field(this.#bytes.toString("latin1", start, end))
    if (place < mostNames) level.usual[place] = field
    return field
  }

  #is(bytes: Uint8Array): boolean {
    for (let index = 0; index < bytes.length; index++) if (this.#bytes[this.#at + index] !== bytes[index]) return false
    return true
  }

  #string(): string {
    const bytes = this.#bytes
    const start = this.#at + 1
    let at = start
    while (at < bytes.length) {
      const byte = bytes[at] ?? 0
      if (byte === quote) {
        this.#at = at + 1
        return this.#text.slice(start, at)
      }
      if (byte < 0x20 || byte > 0x7f || byte === backslash) break
      at++
    }
    this.#skipString()
    return JSON.parse(bytes.toString("utf8", start - 1, this.#at))
  }

  /** All of it is UTF-8: what JSON does not allow in a string is a character below the blank, and an unknown escape. */
  #skipString(): void {
    const bytes = this.#bytes
    let at = this.#at
    if (bytes[at++] !== quote) throw unusual
    while (at < bytes.length) {
      const byte = bytes[at++] ?? 0
      if (byte === quote) {
        this.#at = at
        return
      }
      if (byte < 0x20) throw unusual
      if (byte === backslash) {
        const escape = escapes.exec(this.#text.slice(at, at + 5))
        if (escape === null) throw unusual
        at += escape[0].length
      }
    }
    throw unusual
  }

  #scalar(): number | boolean | null {
    number.lastIndex = this.#at
    const [digits] = number.exec(this.#text) ?? []
    if (digits !== undefined) {
      this.#at += digits.length
      return Number(digits)
    }
    for (const [word, value] of words) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    throw unusual
  }

  #nest(): void {
    if (++this.#depth > mostNested) throw unusual
  }

  #expect(byte: number): void {
    if (!this.#next(byte)) throw unusual
  }

  /** Goes behind this byte, where it comes next but for blanks. */
  #next(byte: number): boolean {
    this.#blanks()
    if (this.#bytes[this.#at] !== byte) return false
    this.#at++
    return true
  }

  #blanks(): void {
    const bytes = this.#bytes
    let byte = bytes[this.#at]
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.#at]
  }
}

const words = [
  ["null", null],
  ["true", true],
  ["false", false]
] as const
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Behind the backslash. */
const escapes = /^(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
