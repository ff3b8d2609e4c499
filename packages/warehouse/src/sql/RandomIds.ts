import { randomBytes } from "node:crypto"
import * as Context from "effect/Context"

/** Draws `count` numbers from 0 to 2^53 - 1. */
export type Draw = (count: number) => ReadonlyArray<number>

/**
 * The source of mask ids: uniformly distributed numbers of the operating system's cryptographic generator. Neither their order
 * nor their density nor the time of drawing reveals anything. Tests replace it.
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

/** Draws `count` different ids that are not taken. */
export const different = (draw: Draw, count: number, taken: ReadonlySet<number> = new Set()): ReadonlyArray<number> => {
  const ids = new Set<number>()
  while (ids.size < count) {
    for (const id of draw(count - ids.size)) if (id !== 0 && !taken.has(id)) ids.add(id)
  }
  return [...ids]
}

const bytesOfId = 8
/** 21 bits above the lower 32. It divides 2^32, so the remainder is uniform. */
const highs = 2 ** 21
