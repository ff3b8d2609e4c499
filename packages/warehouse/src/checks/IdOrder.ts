import { createHash } from "node:crypto"

/** An id, and the value that it stands for. */
export interface Masked {
  readonly id: number
  readonly value: string
}

/** The orders of values that an attacker can compute, and `arrival`, the order in which the values came. */
export const orders = ["alphabetical", "md5", "sha1", "sha256", "arrival"] as const
export type Order = (typeof orders)[number]

/**
 * Spearman's rank correlation of ids with each order of their values, from -1 to 1. `rows` are in the order of arrival; ids
 * and values must be distinct. Of random ids, each is normally distributed around 0 with the variance 1 / (n - 1)
 * (Kendall and Gibbons, Rank Correlation Methods, 1990).
 */
export const correlations = (rows: ReadonlyArray<Masked>): Readonly<Record<Order, number>> => {
  const byId = ranks(rows.map(({ id }) => id))
  const hashed = (algorithm: string) => rows.map(({ value }) => createHash(algorithm).update(value).digest("hex"))
  return {
    alphabetical: spearman(byId, ranks(rows.map(({ value }) => value))),
    md5: spearman(byId, ranks(hashed("md5"))),
    sha1: spearman(byId, ranks(hashed("sha1"))),
    sha256: spearman(byId, ranks(hashed("sha256"))),
    arrival: spearman(
      byId,
      rows.map((_, i) => i)
    )
  }
}

/**
 * How far a correlation of `count` random ids stays from 0, but for one time in ten billion: 6.5 standard deviations. At least
 * 1, which says nothing, for fewer than 44 ids.
 */
export const bound = (count: number): number => 6.5 / Math.sqrt(count - 1)

/** The orders that ids follow or reverse, as far as so many can tell. */
export const told = (rows: ReadonlyArray<Masked>): ReadonlyArray<Order> => {
  const all = correlations(rows)
  return orders.filter((order) => Math.abs(all[order]) > bound(rows.length))
}

/** The place of each element in the order of all. */
const ranks = <A extends string | number>(all: ReadonlyArray<A>): ReadonlyArray<number> => {
  const places = new Array<number>(all.length)
  all
    .map((element, at) => ({ element, at }))
    .sort((a, b) => (a.element < b.element ? -1 : 1))
    .forEach(({ at }, rank) => {
      places[at] = rank
    })
  return places
}

const spearman = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  const n = a.length
  const squares = a.reduce((sum, rank, i) => sum + (rank - (b[i] ?? 0)) ** 2, 0)
  return 1 - (6 * squares) / (n * (n * n - 1))
}
