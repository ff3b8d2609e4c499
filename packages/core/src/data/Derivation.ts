import { type Pii, reveal } from "@sluice/pii"

/** A declared derivation: the kind of the personal values and the name. */
export interface Declared {
  readonly kind: string
  readonly name: string
}

const all = new Map<string, Declared>()

/**
 * Declares a public value that is derived from personal values of a kind. The result is public, so `f` must leave out whatever
 * identifies a person. A pipeline has no other access to a personal value: the privacy report lists each derivation by its kind
 * and name. Declare derivations at the top level of a module, so that the report is complete. Names are unique within a kind.
 *
 * ```ts
 * const initial = Derivation.make("last_name", "initial", (name) => name.slice(0, 1))
 * ```
 */
export const make = <const K extends string, A>(kind: K, name: string, f: (value: string) => A): ((pii: Pii<K>) => A) => {
  const key = JSON.stringify([kind, name])
  if (all.has(key)) {
    throw new Error(`The derivation ${name} of ${kind} is declared twice. Give each derivation of a kind its own name.`)
  }
  all.set(key, { kind, name })
  return (pii) => f(reveal(pii))
}

/** All derivations that this process has declared, sorted by kind and name. */
export const declared = (): ReadonlyArray<Declared> =>
  [...all.values()].sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
