import { createHash } from "node:crypto"

/** An id and its value. */
export interface Masked {
  readonly id: number
  readonly value: string
}

/** The orders of values that an attacker can compute, and `arrival`, the order in which values arrived. */
export const orders = ["alphabetical", "md5", "sha1", "sha256", "arrival"] as const
export type Order = (typeof orders)[number]

/**
 * Spearman's rank correlation of ids with each order of their values, from -1 to 1. `rows` are in order of arrival; ids and
 * values must be distinct. For random ids, each correlation is normally distributed around 0 with variance 1 / (n - 1) (Kendall
 * and Gibbons, Rank Correlation Methods, 1990).
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
 * The bound on a correlation of `count` random ids: 6.5 standard deviations, exceeded one time in ten billion. At least 1,
 * which says nothing, below 44 ids.
 */
export const bound = (count: number): number => 6.5 / Math.sqrt(count - 1)

/** The orders that ids follow or reverse, as far as their number allows a conclusion. */
export const told = (rows: ReadonlyArray<Masked>): ReadonlyArray<Order> => {
  const all = correlations(rows)
  return orders.filter((order) => Math.abs(all[order]) > bound(rows.length))
}

/** The rank of each element. */
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
