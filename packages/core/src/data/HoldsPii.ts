import type { Pii } from "@sluice/pii"

/**
 * `true` where a type holds a personal value anywhere: in a field, an element, a key, one of several alternatives; and where it
 * could hold anything, as `unknown` does. `Seen` are the types around it, so that one that contains itself ends.
 */
export type HoldsPii<A, Seen = never> = unknown extends A
  ? true
  : A extends Pii<string>
    ? true
    : A extends Leaf
      ? false
      : Exactly<A> extends Seen
        ? false
        : A extends ReadonlyMap<infer K, infer V>
          ? HoldsPii<K, Seen | Exactly<A>> | HoldsPii<V, Seen | Exactly<A>>
          : A extends ReadonlySet<infer V>
            ? HoldsPii<V, Seen | Exactly<A>>
            : { [K in keyof A]-?: HoldsPii<A[K], Seen | Exactly<A>> }[keyof A]

/** Invariant, so that a type that extends one around it, with a personal value more, is looked at too. */
interface Exactly<in out A> {
  readonly "~type": (type: A) => A
}

type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | ((...args: never) => unknown)

/** What a type must be to hold no personal value: `<A extends WithoutPii<A>>`. */
export type WithoutPii<A> =
  | { readonly [K in true extends HoldsPii<A> ? keyof HoldsPersonalValue : never]: never }
  | null
  | undefined

interface HoldsPersonalValue {
  readonly "it holds a personal value, of which JSON has only the kind": never
}
