import * as Bytes from "@sluice/core/bytes"
import type { Codec } from "@sluice/core/data/Packed"
import { Hash53, hash53 } from "@sluice/core/fingerprint"

/** Hashes ids, in order, to 53 bits each, never 0. */
export const all = (ids: ReadonlyArray<string>): Float64Array => {
  const hashes = new Float64Array(ids.length)
  for (let i = 0; i < ids.length; i++) hashes[i] = hash53(ids[i] ?? "")
  return hashes
}

/** Hashes whole rows, in order, to 53 bits of their packed form. A changed row has another hash. */
export const contents = <A>({ write }: Pick<Codec<A>, "write">, rows: ReadonlyArray<A>): Float64Array => {
  const hashes = new Float64Array(rows.length)
  const hash = new Hash53()
  rows.forEach((row, at) => {
    write(row, hash)
    hashes[at] = hash.take()
  })
  return hashes
}

export const joined = (parts: ReadonlyArray<Float64Array>): Float64Array =>
  new Float64Array(
    Bytes.joined(parts.map(({ buffer, byteLength, byteOffset }) => new Uint8Array(buffer, byteOffset, byteLength))).buffer
  )

/** Hashes in their stored form. */
export const toBytes = (hashes: Float64Array): Uint8Array => {
  const bytes = new DataView(new ArrayBuffer(hashes.length * 8))
  for (let at = 0; at < hashes.length; at++) bytes.setFloat64(at * 8, hashes[at] ?? 0)
  return new Uint8Array(bytes.buffer)
}

export const fromBytes = (bytes: Uint8Array): Float64Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float64Array.from({ length: Math.floor(bytes.length / 8) }, (_, at) => view.getFloat64(at * 8))
}
