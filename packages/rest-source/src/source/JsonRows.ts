import { isAscii } from "node:buffer"
import * as Either from "effect/Either"

/** Rows of a JSON array, read from its bytes while they arrive. */
export interface JsonRows {
  /** Takes the next bytes, cut anywhere, and returns the rows that are complete by now. */
  readonly push: (bytes: Uint8Array) => Either.Either<ReadonlyArray<unknown>, Fault>
  /** Ends the text, and returns the last rows. */
  readonly end: () => Either.Either<ReadonlyArray<unknown>, Fault>
}

/** Why a text has no rows. Rows that were returned before are then invalid. */
export type Fault =
  | { readonly _tag: "RowTooLong" }
  /** `why` continues the sentence "the answer …". A truncated answer can be retried. */
  | { readonly _tag: "NotRows"; readonly why: string; readonly retryable: boolean }

/**
 * A reader of one text. It accepts every text that `JSON.parse` reads as an array, after an optional byte order mark, and
 * returns the same rows. It refuses everything else, and bytes that are not UTF-8, at the latest at its end. It also refuses a
 * row longer than `maxRowBytes` and a slice, and blanks that long between rows.
 *
 * It holds at most a slice and a row. It cuts the text at commas between rows, and `JSON.parse` parses the text between two
 * cuts, within brackets. There are two ways to find a comma. If all rows begin with the same name, as in `},{"id":`, the last
 * such place is taken as the end of a row. If `JSON.parse` disagrees, or there is no such place, a scan of all bytes finds the
 * comma. A wrong cut does no harm, because the slice would be no array. Texts of at most a slice are not cut.
 *
 * Slices are small because that is faster. V8 parses chunks of some ten KB, which stay in the processor's cache and in the
 * young generation, in two thirds of the time of a chunk of 1 MB. ASCII is decoded in a tenth of the time of other UTF-8, and
 * one byte of four non-ASCII slices doubles its text. `bench/source.bench.ts` measures it against `JSON.parse` of the whole
 * text.
 */
export const make = (maxRowBytes: number, sliceBytes = preferredSlice): JsonRows => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  const start = beginning()
  /** The text since the last cut, in the first `size` bytes. It begins with the list's bracket. */
  let held: Buffer = Buffer.alloc(0)
  let size = 0
  let scan = scanner()
  let scanned = 0
  /** Undefined before the first cut, and null if rows do not all begin alike. */
  let boundary: Buffer | null | undefined
  let slices = 0
  let count = 0
  let isList = false
  let isObject = false

  const parse = (end: number, closed: boolean) => {
    const text = decoded(decoder, held.subarray(0, end))
    if (text === undefined) return notUtf8
    const value = parsed(text)
    if (value === undefined) return faultOf(text, count)
    if (!Array.isArray(value.value)) return notList(value.value)
    // Before and after a comma there must be a row.
    if (value.value.length === 0 && !(closed && slices === 0)) return notJson
    count += value.value.length
    return Either.right(value.value)
  }

  /** Returns the rows before a comma, and puts a bracket before the rest of the text. */
  const cut = (comma: number) => {
    held[comma] = closeBracket
    const rows = parse(comma + 1, false)
    if (Either.isLeft(rows)) {
      held[comma] = commaByte
      return rows
    }
    held[comma] = openBracket
    held.copyWithin(0, comma, size)
    size -= comma
    slices++
    scan = scanner()
    scanned = 0
    return size > maxRowBytes ? rowTooLong : rows
  }

  const append = (bytes: Uint8Array) => {
    if (held.length < size + bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * held.length, size + bytes.length))
      held.copy(larger, 0, 0, size)
      held = larger
    }
    held.set(bytes, size)
    size += bytes.length
  }

  const feed = (bytes: Uint8Array): Either.Either<ReadonlyArray<unknown>, Fault> => {
    const before = size
    append(bytes)
    if (!isList) return size <= maxRowBytes ? nothing : isObject ? anObject : tooLongForAnythingElse
    if (size <= sliceBytes) return nothing
    if (boundary === undefined) boundary = boundaryOf(held)
    if (boundary !== null) {
      const from = Math.max(0, before - boundary.length)
      const at = held.subarray(from, size).lastIndexOf(boundary)
      const rows = at < 0 ? undefined : cut(from + at + 1)
      if (rows !== undefined && (Either.isRight(rows) || rows.left._tag === "RowTooLong")) return rows
      if (rows !== undefined) boundary = null
    }
    const found = scan(held.subarray(scanned, size))
    const comma = found < 0 ? -1 : scanned + found
    scanned = size
    return comma >= 0 ? cut(comma) : size > maxRowBytes ? rowTooLong : nothing
  }

  return {
    push: (bytes) => {
      const from = start.skip(bytes)
      if (from === undefined) return notUtf8
      if (from === bytes.length) return nothing
      if (size === 0) {
        isList = bytes[from] === openBracket
        isObject = bytes[from] === openBrace
      }
      if (bytes.length - from <= sliceBytes) return feed(bytes.subarray(from))
      const rows: Array<unknown> = []
      for (let at = from; at < bytes.length; at += sliceBytes) {
        const some = feed(bytes.subarray(at, at + sliceBytes))
        if (Either.isLeft(some)) return some
        for (const row of some.right) rows.push(row)
      }
      return Either.right(rows)
    },
    end: () => (size > 0 ? parse(size, true) : start.isCut() ? notUtf8 : empty)
  }
}

/** The network's usual part: then each part is a slice, and hardly a byte is copied. */
const preferredSlice = 65_536

const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const commaByte = 0x2c
const byteOrderMark = [0xef, 0xbb, 0xbf]

const nothing: Either.Either<ReadonlyArray<unknown>, Fault> = Either.right([])
const fault = (why: string, retryable = false): Either.Either<never, Fault> =>
  Either.left({ _tag: "NotRows", why, retryable })
const empty = fault("is empty")
const notUtf8 = fault("is not UTF-8")
const notJson = fault("is not JSON, or only the beginning of it", true)
const anObject = fault(
  'is an object, and a list of rows is expected; rows within an object, such as {"data": [...], "next": ...}, need `PagingStyle.cursors`'
)
/** Why a list is not JSON. `ordinal` is that of its first row. */
const faultOf = (list: string, ordinal: number) => {
  const found = bareNumber(list)
  return found === undefined
    ? notJson
    : fault(
        `is not JSON: its row ${ordinal + found.rows}, counted from 0, holds a bare ${found.name}, which JSON does not have`
      )
}

/**
 * Looks outside of strings for a number that programs write and JSON does not have. `rows` are the rows before it. Too long
 * lists are not searched.
 */
const bareNumber = (list: string): { readonly name: string; readonly rows: number } | undefined => {
  if (list.length > 1_000_000) return undefined
  let [depth, rows] = [0, 0]
  for (const { 0: token } of list.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]|-?(?:NaN|Infinity)\b/g)) {
    if (token === "[" || token === "{") depth++
    else if (token === "]" || token === "}") depth--
    else if (token === ",") rows += depth === 1 ? 1 : 0
    else if (!token.startsWith('"')) return { name: token, rows }
  }
  return undefined
}
const tooLongForAnythingElse = fault("is not a list of rows")
const rowTooLong: Either.Either<never, Fault> = Either.left({ _tag: "RowTooLong" })

const notList = (value: unknown) =>
  typeof value === "object" && value !== null
    ? anObject
    : fault(`is ${value === null ? "null" : `a ${typeof value}`}, not a list of rows`)

/** The text between two rows, if all rows begin like the first one: `},{"id":`. */
const boundaryOf = (list: Buffer): Buffer | null => {
  const [, begin] = /^\[\s*(\{"[^"\\]*":)/.exec(list.toString("latin1", 0, 256)) ?? []
  return begin === undefined ? null : Buffer.from(`},${begin}`, "latin1")
}

const decoded = (decoder: { readonly decode: (bytes: Uint8Array) => string }, bytes: Buffer): string | undefined => {
  try {
    return isAscii(bytes) ? bytes.toString("latin1") : decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Finds the start of a text after a byte order mark and blanks. Returns none if only part of a mark is there. */
const beginning = () => {
  let marked = 0
  let begun = false
  const isCut = () => marked > 0 && marked < byteOrderMark.length
  return {
    isCut,
    skip: (bytes: Uint8Array): number | undefined => {
      let at = 0
      while (!begun && at < bytes.length) {
        const byte = bytes[at]
        if (marked < byteOrderMark.length && byte === byteOrderMark[marked]) marked++
        else if (isCut()) return undefined
        else {
          marked = byteOrderMark.length
          begun = byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09
        }
        if (!begun) at++
      }
      return at
    }
  }
}

/**
 * Reads the bytes of an array, part by part. Returns for each part the place of the last comma between two elements, or -1. In
 * UTF-8, no byte of a longer character is that of a comma, a quote or a bracket.
 */
const scanner = () => {
  let depth = 0
  let inString = false
  let escaped = false
  return (bytes: Uint8Array): number => {
    const end = bytes.length
    let last = -1
    let at = 0
    while (at < end) {
      if (inString) {
        if (escaped) {
          escaped = false
          at++
          continue
        }
        let byte = bytes[at]
        while (byte !== 0x22 && byte !== 0x5c && ++at < end) byte = bytes[at]
        if (at < end) {
          if (byte === 0x22) inString = false
          else escaped = true
          at++
        }
      } else {
        const byte = bytes[at]
        if (byte === 0x22) inString = true
        else if (byte === commaByte) {
          if (depth === 1) last = at
        } else if (byte === openBracket || byte === openBrace) depth++
        else if (byte === closeBracket || byte === 0x7d) depth--
        at++
      }
    }
    return last
  }
}
