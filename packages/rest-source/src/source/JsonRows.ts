import * as Either from "effect/Either"

/** Rows of a JSON array, read from its bytes while they come. */
export interface JsonRows {
  /** Takes the next bytes, wherever they are cut, and answers the rows that are whole by now. */
  readonly push: (bytes: Uint8Array) => Either.Either<ReadonlyArray<unknown>, Fault>
  /** Says that there are no more bytes, and answers the last rows. */
  readonly end: () => Either.Either<ReadonlyArray<unknown>, Fault>
}

/** Why a text has no rows. Rows may have been answered before it is known: they are of no use then. */
export type Fault =
  | { readonly _tag: "RowTooLong" }
  /** `why` continues the sentence "the answer …"; what is only the beginning of an answer may be whole another time. */
  | { readonly _tag: "NotRows"; readonly why: string; readonly retryable: boolean }

/**
 * A reader of one text. It accepts what `JSON.parse` makes an array of, after a byte order mark if there is one, and answers
 * the same rows; it refuses everything else, and what is not UTF-8, at the latest at its end. A row that is longer than
 * `maxRowBytes` and a slice is refused; so are blanks that long between rows.
 *
 * No more than a slice and a row are held. A scan of the bytes looks for commas between rows and nothing else; what lies
 * between two of them is parsed by `JSON.parse`, within brackets. The scan need not be trusted: were a cut at a wrong place,
 * or anything else not well-formed, the slice would be no array. Texts of a slice or less are not scanned at all.
 *
 * Slices are small because that is faster: V8 parses chunks of some ten KB, which stay in the processor's cache and in the
 * young generation, in two thirds of the time of a chunk of 1 MB, which pays for the scan (one byte of four non-ASCII
 * slices doubles its text). Measured on 300,000 generated messages, 47 MB, Node 20: `JSON.parse` of the whole 656 ms, this
 * way 619 ms, `@streamparser/json` 0.0.22 1,472 ms, `stream-json` 1.9 3,127 ms, each row by row. `bench/source.bench.ts`
 * measures the first two again.
 */
export const make = (maxRowBytes: number, sliceBytes = preferredSlice): JsonRows => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  const start = beginning()
  let parts: Array<Uint8Array> = []
  /** Bytes in `parts`, and how many of the parts have been scanned. */
  let size = 0
  let scanned = 0
  const scan = scanner()
  let slices = 0
  let count = 0
  let isList = false
  let isObject = false

  const parse = (slice: Uint8Array, closed: boolean) => {
    const text = decoded(decoder, slice)
    if (text === undefined) return notUtf8
    const list = `${slices++ === 0 ? "" : "["}${text}${closed ? "" : "]"}`
    const value = parsed(list)
    if (value === undefined) return faultOf(list, count)
    if (!Array.isArray(value.value)) return notList(value.value)
    count += value.value.length
    // Before and after a comma there must be a row.
    return value.value.length === 0 && !(closed && slices === 1) ? notJson : Either.right(value.value)
  }

  const feed = (bytes: Uint8Array): Either.Either<ReadonlyArray<unknown>, Fault> => {
    parts.push(bytes)
    size += bytes.length
    if (!isList) return size <= maxRowBytes ? nothing : isObject ? anObject : tooLongForAnythingElse
    if (size <= sliceBytes) return nothing
    let comma = -1
    let before = size
    for (const part of parts.slice(scanned)) before -= part.length
    for (const part of parts.slice(scanned)) {
      const at = scan(part)
      if (at >= 0) comma = before + at
      before += part.length
    }
    scanned = parts.length
    if (comma < 0) return size > maxRowBytes ? rowTooLong : nothing
    const all = joined(parts, size)
    const rest = all.subarray(comma + 1)
    parts = rest.length === 0 ? [] : [rest]
    scanned = parts.length
    size = rest.length
    return size > maxRowBytes ? rowTooLong : parse(all.subarray(0, comma), false)
  }

  return {
    push: (bytes) => {
      const from = start.skip(bytes)
      if (from === undefined) return notUtf8
      if (from === bytes.length) return nothing
      if (size === 0 && slices === 0) {
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
    end: () => {
      if (size === 0 && slices === 0) return start.isCut() ? notUtf8 : empty
      return parse(joined(parts, size), true)
    }
  }
}

/** What a network hands on at a time: then each part is a slice, and hardly a byte is copied. */
const preferredSlice = 65_536

const openBracket = 0x5b
const openBrace = 0x7b
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
/** Why a list is not JSON, the first row of which is the one with this ordinal. */
const faultOf = (list: string, ordinal: number) => {
  const found = bareNumber(list)
  return found === undefined
    ? notJson
    : fault(
        `is not JSON: its row ${ordinal + found.rows}, counted from 0, holds a bare ${found.name}, which JSON does not have`
      )
}

/** Looks outside of strings, in a list that is not too long for it, for a number that programs write and JSON has not; `rows` are those before it. */
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

const decoded = (decoder: { readonly decode: (bytes: Uint8Array) => string }, bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
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

/** Tells where in its first bytes a text begins, after a byte order mark and blanks; nowhere, where only part of a mark is. */
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
 * Goes through the bytes of an array, part by part, and tells of each part the place of the last comma between two of its
 * elements, or -1. In UTF-8, a byte of a longer character is never that of a comma, a quote or a bracket.
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
        else if (byte === 0x2c) {
          if (depth === 1) last = at
        } else if (byte === openBracket || byte === 0x7b) depth++
        else if (byte === 0x5d || byte === 0x7d) depth--
        at++
      }
    }
    return last
  }
}

const joined = (parts: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0]
  const whole = new Uint8Array(size)
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
