import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Asset from "../asset/Asset.ts"
import { didYouMean } from "../internal/suggest.ts"
import type { AssetGraph } from "./AssetGraph.ts"

/** The assets a person means: everything, or those of some names. */
export type Selection = { readonly _tag: "All" } | { readonly _tag: "Names"; readonly names: ReadonlyArray<string> }

export const all: Selection = { _tag: "All" }

/** Selects by names that a person typed; resolving it tells which of them do not exist. */
export const names = (typed: ReadonlyArray<string>): Selection => ({
  _tag: "Names",
  names: typed
})

/** Selects by names that the compiler checks against the graph. */
export const of = <A extends Asset.Any>(_graph: AssetGraph<A>, ...selected: ReadonlyArray<A["name"]>): Selection =>
  names(selected)

/** How the selection is written on a command line. */
export const print = (selection: Selection): string => (selection._tag === "All" ? "--all" : selection.names.join(" "))

/** A selection that cannot be resolved against the graph. */
export class SelectionInvalid extends Schema.TaggedError<SelectionInvalid>()("SelectionInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return `${this.problems.join("\n")}\n\`pnpm assets list\` shows every asset.`
  }
}

/** The indices of the selected assets, ascending; or every name that is not in the graph, with the nearest that are. */
export const resolve = (
  selection: Selection,
  graph: AssetGraph<Asset.Any>
): Either.Either<ReadonlyArray<number>, SelectionInvalid> => {
  if (selection._tag === "All") return Either.right(graph.names.map((_, index) => index))
  const problems: Array<string> = []
  const found = new Set<number>()
  for (const name of selection.names) {
    const index = graph.indexOf(name)
    if (index === undefined) problems.push(`There is no asset "${name}".${didYouMean(name, graph.names)}`)
    else found.add(index)
  }
  if (problems.length > 0) return Either.left(new SelectionInvalid({ problems }))
  if (found.size === 0)
    return Either.left(
      new SelectionInvalid({
        problems: ["Nothing is selected. Name an asset, or give --all."]
      })
    )
  return Either.right([...found].sort((a, b) => a - b))
}
