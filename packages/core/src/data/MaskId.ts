import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Kept } from "./Plain.ts"

declare const kindOf: unique symbol

/**
 * The id that replaces a personal value of some kind: an integer from 1 to 2^53 - 1. Ids of two kinds have two types, so a zip
 * code's id in a column of city ids does not compile.
 */
export type MaskId<K extends string> = Kept<number, "MaskId"> & { readonly [kindOf]: K }

/** Declares that a number is an id of a kind. Use it in stores that keep ids, and in tests. */
export const make = <const K extends string>(_kind: K, id: number): MaskId<K> => unsafeCast(id)
