import { type Pii, reveal } from "@sluice/pii"

/** What was declared to be made of personal values of a kind. */
export interface Declared {
  readonly kind: string
  readonly name: string
}

const all = new Map<string, Declared>()

/**
 * Declares what is made of personal values of a kind. Its result is public, so `f` must leave out what identifies a person.
 * This is the one way to a personal value that a pipeline has: the privacy report lists each derivation by its kind and name.
 * Declare them where modules are loaded, so that the report knows them all; two of one kind need two names.
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

/** All derivations that this process has declared, by kind and name. */
export const declared = (): ReadonlyArray<Declared> =>
  [...all.values()].sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
