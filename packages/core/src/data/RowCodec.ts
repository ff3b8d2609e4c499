import type * as Schema from "effect/Schema"
import { unsafeCast } from "../internal/unsafeCast.ts"
import { compile } from "./internal/compileCodec.ts"
import * as Packed from "./Packed.ts"
import type { Pii } from "./Pii.ts"

/** Packs rows of a type, in memory and in the spill file of a dataset. */
export interface RowCodec<A> extends Packed.Codec<A> {}

/**
 * Derives the codec of a schema's rows, as they are in memory: the schema's `Type`, not its encoded form. Unpacked rows are
 * equal to the packed ones, and personal values stay wrapped. The schema is compiled to plain functions once; rows are not
 * validated.
 *
 * The codec supports structs with required and optional fields, arrays, tuples, records with string keys, unions, literals,
 * text, numbers, bigints, booleans, null, undefined, `DateFromSelf`, `Pii.schema`, and texts such as `Timestamp.schema`. A type
 * that holds anything else does not compile. Some schemas are only refused at run time, by an error with the path: a class, a
 * rest element, or a union of structs that no literal field distinguishes.
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

/** Refuses a type that the codec cannot keep. */
export type Kept<A> = true extends HoldsOther<A> ? CannotBeKept : unknown

interface CannotBeKept {
  readonly "the rows hold a type that a dataset cannot keep (a function, a symbol, a map, a set, bytes, or unknown)": never
}

/**
 * Whether a type holds, or could hold, anything that the codec cannot keep. `Seen` are the enclosing types, so that recursive
 * types terminate.
 */
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

/** Invariant, so that a type that extends an enclosing one is checked too. */
interface Exactly<in out A> {
  readonly "~type": (type: A) => A
}
