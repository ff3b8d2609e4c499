import type * as Asset from "../asset/Asset.ts"

/** The names of the assets that publish each relation. */
type Publishers<Assets extends ReadonlyArray<Asset.Any>> = {
  [A in Assets[number] as RelationName<A>]: A["name"]
}

/** The name of the relation that an asset publishes; `never` if it publishes none. */
export type RelationName<A> = [Asset.Relation<A>] extends [never]
  ? never
  : Asset.Relation<A> extends { readonly name: infer Name extends string }
    ? Name
    : never

/** Whether a type is a union of several. */
export type IsUnion<T, U = T> = T extends U ? ([U] extends [T] ? false : true) : never

type PublishedTwice<P> = {
  [Relation in keyof P & string]: IsUnion<P[Relation]> extends false
    ? never
    : `${P[Relation] & string} publishes ${Relation}, as another asset does`
}[keyof P & string]

/** Refuses two assets that publish one relation. The error names the assets. */
export type Distinct<Assets extends ReadonlyArray<Asset.Any>> = [PublishedTwice<Publishers<Assets>>] extends [never]
  ? unknown
  : PublishedTwice<Publishers<Assets>>
