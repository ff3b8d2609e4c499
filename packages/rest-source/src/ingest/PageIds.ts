import { promisify } from "node:util"
import { inflateRaw } from "node:zlib"
import type { PageIds } from "@sluice/core/source/SourcePages"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Unpacks the ids of a page, off the main thread. Returns undefined for bytes that `PackedRows` did not pack. */
export const unpack = (bytes: PageIds): Effect.Effect<ReadonlyArray<string> | undefined> =>
  inflated(bytes).pipe(
    Effect.flatMap((json) => decode(json.toString("utf8"))),
    Effect.orElseSucceed(() => undefined)
  )

/** The number of a page's ids, and whether one of the wanted ids is among them. */
export interface Found {
  readonly count: number
  readonly some: boolean
}

/**
 * Searches a page for ids; returns undefined for other bytes. It hashes the bytes between the quotes, and makes a string only
 * of a possible match. For two million ids, that is a twelfth of the CPU time of `JSON.parse` (0.4 s, not 5 s). Stored hashes
 * of ids would need as much CPU time, and seven times the bytes from the store.
 */
export const finder = (ids: ReadonlySet<string>): ((bytes: PageIds) => Effect.Effect<Found | undefined>) => {
  const wanted = new Set<string>()
  const hashes = new Set<number>()
  // At most one place in 32 is taken.
  const shift = Math.clz32(ids.size * 32)
  const isSet = new Uint8Array(2 ** (32 - shift))
  for (const id of ids) {
    const text = JSON.stringify(id)
    const { hash } = scan(Buffer.from(text), 1)
    wanted.add(text)
    hashes.add(hash)
    isSet[hash >>> shift] = 1
  }
  const look = (json: Buffer): Found | undefined => {
    let count = 0
    let some = false
    let at = 1
    if (json[0] !== open || json[json.length - 1] !== close) return undefined
    for (; at < json.length - 1; count++) {
      if (count > 0 && json[at++] !== comma) return undefined
      if (json[at] !== quote) return undefined
      const { end, hash } = scan(json, at + 1)
      if (isSet[hash >>> shift] === 1 && hashes.has(hash)) some ||= wanted.has(json.toString("utf8", at, end))
      at = end
    }
    return at === json.length - 1 ? { count, some } : undefined
  }
  return (bytes) => Effect.orElseSucceed(Effect.map(inflated(bytes), look), () => undefined)
}

/** Reads from after a text's first quote to after its last one, and hashes the bytes between. */
const scan = (json: Buffer, start: number): { readonly end: number; readonly hash: number } => {
  let hash = 0x811c9dc5
  let at = start
  for (let byte = json[at]; byte !== quote && byte !== undefined; byte = json[++at]) {
    hash = Math.imul(hash ^ byte, 0x01000193)
    if (byte === backslash) hash = Math.imul(hash ^ (json[++at] ?? 0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return { end: at + 1, hash: hash ^ (hash >>> 13) }
}

/** JSON's characters, in UTF-8. */
const open = 0x5b
const close = 0x5d
const quote = 0x22
const comma = 0x2c
const backslash = 0x5c

const decode = Schema.decode(Schema.parseJson(Schema.Array(Schema.String)))

/** Bytes inflated in one turn of the main thread: mostly the ids of a page of 5,000. */
const chunkSize = 65_536

const inflated = (bytes: PageIds) => Effect.tryPromise(() => inflate()(bytes, { chunkSize }))

/** Looked up at its use: Node's module is loaded by then, and commands that unpack nothing do not load it. */
const inflate = () => promisify<Uint8Array, { readonly chunkSize: number }, Buffer>(inflateRaw)
