/**
 * Pseudo-random numbers that depend only on a seed, a stream and an index, so that any row can be made without the previous
 * ones. Mulberry32 (Tommy Ettinger, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c) behind
 * MurmurHash3's finalizer. Good enough for sample data, and not for anything secret.
 */
export class Prng {
  private state: number

  constructor(seed: number, stream: number, index: number) {
    const high = Math.floor(seed / 2 ** 32)
    this.state = mix(mix(mix(mix(seed) ^ high) + Math.imul(stream, 0x9e3779b9)) ^ index)
  }

  /** A 32-bit unsigned integer. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** A number from 0 (included) to 1 (excluded). */
  fraction(): number {
    return this.next() / 2 ** 32
  }

  /** An integer from 0 (included) to `bound` (excluded). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound)
  }

  /** The same, with small numbers far more often: the first eighth of the range gets half of the draws. */
  skewedBelow(bound: number): number {
    const fraction = this.fraction()
    return Math.floor(fraction * fraction * fraction * bound)
  }

  /** True for about `rate` of the draws. */
  chance(rate: number): boolean {
    return this.fraction() < rate
  }
}

const mix = (value: number): number => {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
