import type * as Asset from "../asset/Asset.ts"
import type { AssetGraph } from "./AssetGraph.ts"

/** A selection of assets, as an expression. `SelectionText` reads and writes it; `SelectionQuery` resolves it. */
export type Selection =
  | All
  | Name
  | Wildcard
  | Attribute
  | Traversal
  | { readonly _tag: "Not"; readonly of: Selection }
  | { readonly _tag: "And"; readonly left: Selection; readonly right: Selection }
  | { readonly _tag: "Or"; readonly left: Selection; readonly right: Selection }
  | { readonly _tag: "Ends"; readonly which: "sinks" | "roots"; readonly of: Selection }

/** `*` */
export interface All {
  readonly _tag: "All"
}

/** `orders`: an asset that must exist. */
export interface Name {
  readonly _tag: "Name"
  readonly name: string
}

/** `messages_*`: any number of assets, or none. */
export interface Wildcard {
  readonly _tag: "Wildcard"
  readonly pattern: string
}

/** The attributes that assets are selected by, besides their names. */
export const attributeKeys = ["key", "group", "tag", "kind", "owner", "column", "partition", "status", "state"] as const
export type AttributeKey = (typeof attributeKeys)[number]

/** `group:raw`, `tag:team=growth`. In a value, `*` matches any text. */
export interface Attribute {
  readonly _tag: "Attribute"
  readonly key: AttributeKey
  readonly value: string
  /** The value of a tag. Undefined in `tag:team`, which matches the tag with any value. */
  readonly tagValue: string | undefined
}

/** `2+orders+`: an asset with its upstreams and downstreams, up to a number of steps. `Infinity` for all, 0 for none. */
export interface Traversal {
  readonly _tag: "Traversal"
  readonly up: number
  readonly of: Selection
  readonly down: number
}

export const all: All = { _tag: "All" }
export const name = (name: string): Name => ({ _tag: "Name", name })
export const wildcard = (pattern: string): Wildcard => ({ _tag: "Wildcard", pattern })
export const attribute = (key: AttributeKey, value: string, tagValue?: string): Attribute => ({
  _tag: "Attribute",
  key,
  value,
  tagValue
})
export const traversal = (up: number, of: Selection, down: number): Traversal => ({ _tag: "Traversal", up, of, down })
export const not = (of: Selection): Selection => ({ _tag: "Not", of })
export const and = (left: Selection, right: Selection): Selection => ({ _tag: "And", left, right })
export const or = (left: Selection, right: Selection): Selection => ({ _tag: "Or", left, right })
/** Selected assets without a selected downstream asset. */
export const sinks = (of: Selection): Selection => ({ _tag: "Ends", which: "sinks", of })
/** Selected assets without a selected upstream. */
export const roots = (of: Selection): Selection => ({ _tag: "Ends", which: "roots", of })

/** The union of selections; at least one. */
export const union = (selections: readonly [Selection, ...ReadonlyArray<Selection>]): Selection => selections.reduce(or)

/** Selects by names that the compiler checks against the graph. */
export const of = <A extends Asset.Any>(
  _graph: AssetGraph<A>,
  ...names: readonly [A["name"], ...ReadonlyArray<A["name"]>]
): Selection => names.map((each): Selection => name(each)).reduce(or)

/** Whether a selection needs the run history and the sources, besides the graph. */
export const needsHistory = (selection: Selection): boolean => {
  switch (selection._tag) {
    case "All":
    case "Name":
    case "Wildcard":
      return false
    case "Attribute":
      return selection.key === "status" || selection.key === "state"
    case "And":
    case "Or":
      return needsHistory(selection.left) || needsHistory(selection.right)
    case "Not":
    case "Traversal":
    case "Ends":
      return needsHistory(selection.of)
  }
}
