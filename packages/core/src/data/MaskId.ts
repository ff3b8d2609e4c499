import { unsafeCast } from "../internal/unsafeCast.ts"
import type { Kept } from "./Plain.ts"

declare const kindOf: unique symbol

/**
 * The id that stands for a personal value of some kind: a whole number from 1 to 2^53 - 1. Ids of two kinds are two types, so
 * a zip code's id in a column of city ids does not compile.
 */
export type MaskId<K extends string> = Kept<number, "MaskId"> & { readonly [kindOf]: K }

/** Declares that a number is an id of a kind: for the stores that keep ids, and for tests. */
export const make = <const K extends string>(_kind: K, id: number): MaskId<K> => unsafeCast(id)
