import { TextWriter } from "../sql/TextWriter.ts"

/** Writes rows as the JSON text that `SqliteDdl.insertFromJson` reads: `[["a",1],["b",null]]`. Half a surrogate pair becomes U+FFFD. */
export class Writer extends TextWriter {
  #rows = 0

  constructor() {
    super(escapes)
  }

  beginRow(): void {
    this.plain(this.#rows++ === 0 ? "[[" : ",[")
  }

  separate(): void {
    this.byte(comma)
  }

  endRow(): void {
    this.byte(close)
  }

  null(): void {
    this.plain("null")
  }

  quoted(value: string): void {
    this.byte(quote)
    this.text(value)
    this.byte(quote)
  }

  /** An ISO 8601 time in SQL's form, without a zone. */
  time(iso: string): void {
    this.byte(quote)
    this.plain(iso, 0, 10)
    this.byte(space)
    this.plain(iso, 11, 23)
    this.byte(quote)
  }

  /** The rows since the last call; there must be at least one. */
  rows(): Buffer {
    this.byte(close)
    this.#rows = 0
    return this.take()
  }
}

const quote = 0x22
const comma = 0x2c
const close = 0x5d
const space = 0x20

const controls = Array.from({ length: 0x20 }, (_, code) => ["u", String.fromCharCode(code)] as const)
const escapes = TextWriter.escapes([...controls, ['"', '"'], ["\\", "\\"]])
