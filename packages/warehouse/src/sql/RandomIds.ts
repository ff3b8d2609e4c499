import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"

/** Draws so many numbers from 0 to 2^53 - 1. */
export type Draw = (count: number) => ReadonlyArray<number>

/**
 * Where mask ids come from: each number is as likely as any other, by the operating system's cryptographic generator. Neither
 * order nor density nor the time of a drawing tells anything. Tests replace it.
 */
export class RandomIds extends Context.Reference<RandomIds>()("@sluice/warehouse/RandomIds", {
  defaultValue: (): Draw => draw
}) {}

const draw: Draw = (count) => {
  const bytes = randomBytes(count * bytesOfId)
  return Array.from({ length: count }, (_, i) => {
    const at = i * bytesOfId
    return (bytes.readUInt32LE(at) % highs) * 2 ** 32 + bytes.readUInt32LE(at + 4)
  })
}

/** So many different ids, none of which is taken. */
export const different = (draw: Draw, count: number, taken: ReadonlySet<number> = new Set()): ReadonlyArray<number> => {
  const ids = new Set<number>()
  while (ids.size < count) {
    for (const id of draw(count - ids.size)) if (id !== 0 && !taken.has(id)) ids.add(id)
  }
  return [...ids]
}

const bytesOfId = 8
/** 21 bits above the 32 lower ones. It divides 2^32, so that the remainder favours none. */
const highs = 2 ** 21
