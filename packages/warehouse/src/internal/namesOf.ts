import type * as View from "@sluice/core/relation/View"
import * as Record from "effect/Record"
import type { Published, Selecting } from "../Warehouse.ts"

/**
 * How SQL names each of some upstreams, which are all public tables and views. The compiler does not look into the values of
 * upstreams that are a type parameter.
 */
export const namesOf = <F>(inputs: object, { nameOf }: Selecting): { readonly [K in keyof F]: string } =>
  Record.map(inputs as Readonly<Record<string, Published<View.Public>>>, ({ relation }) => nameOf(relation)) as {
    readonly [K in keyof F]: string
  }
