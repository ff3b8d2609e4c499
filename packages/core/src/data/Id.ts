import type { Brand } from "effect/Brand"
import { unsafeCast } from "../internal/unsafeCast.ts"

/**
 * The id of an entity of some kind. Ids of two kinds have two types, so a sender's id in a column of message ids does not
 * compile. `Schema.brand` makes the same type:
 *
 * ```ts
 * const UserId = Schema.String.pipe(Schema.brand("user"))
 * const id: Id<"user"> = Schema.decodeSync(UserId)("8")
 * ```
 */
export type Id<K extends string, A extends string | number = string> = A & Brand<K>

/** Declares that text or a number is an id of a kind. Use it in decoders and tests. */
export const make = <const K extends string, A extends string | number>(
  _kind: K,
  value: A
): Id<K, A extends string ? string : number> => unsafeCast(value)
