import type * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import { compile } from "./internal/compileCodec.ts"
import * as Packed from "./Packed.ts"
import type { Pii } from "./Pii.ts"

/** How a dataset keeps rows of a type, in memory and in its spill file. */
export interface RowCodec<A> extends Packed.Codec<A> {}

/**
 * Derives the codec of a schema's rows, as they are in memory: the schema's `Type`, not its encoded form. Rows come back equal to
 * what they were, personal values wrapped. The schema is compiled to plain functions once, and checks nothing per row.
 *
 * It keeps structs with required and optional fields, arrays, tuples, records with string keys, unions, literals, text,
 * numbers, bigints, booleans, null, undefined, `DateFromSelf`, `Pii.schema`, and texts such as `Timestamp.schema`. A type that holds anything else does not compile.
 * A schema that the type does not show to be one of these throws here, with the path: a class, a rest element, or a union of
 * structs that no literal field tells apart.
 *
 * ```ts
 * const Customer = Schema.Struct({ id: Schema.String, city: Schema.NullOr(Pii.schema("city")), since: Schema.DateFromSelf })
 * const customers = Dataset.collect(pages, RowCodec.make(Customer))
 * ```
 */
export const make = <A, I>(schema: Schema.Schema<A, I> & Kept<NoInfer<A>>): RowCodec<A> => {
  const { reading, write } = compile(schema.ast)
  return Packed.codec<A>({ write, reading: () => unsafeCast<(cursor: Packed.Cursor) => A>(reading()) })
}

/** What a type must be to be kept. */
export type Kept<A> = true extends HoldsOther<A> ? CannotBeKept : unknown

interface CannotBeKept {
  readonly "the rows hold a type that a dataset cannot keep (a function, a symbol, a map, a set, bytes, or unknown)": never
}

/** Whether a type holds anything that is not kept, or could hold anything. `Seen` are the types around it, so that a tree ends. */
type HoldsOther<A, Seen = never> = unknown extends A
  ? true
  : A extends Leaf
    ? false
    : A extends Other
      ? true
      : Exactly<A> extends Seen
        ? false
        : A extends ReadonlyArray<infer Element>
          ? HoldsOther<Element, Seen | Exactly<A>>
          : { [K in keyof A]-?: HoldsOther<A[K], Seen | Exactly<A>> }[keyof A]

type Leaf = string | number | bigint | boolean | null | undefined | Date | Pii<string>
type Other =
  | symbol
  | ((...args: never) => unknown)
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferLike
  | ArrayBufferView
  | RegExp

/** Invariant, so that a type that extends one around it is looked at too. */
interface Exactly<in out A> {
  readonly "~type": (type: A) => A
}
