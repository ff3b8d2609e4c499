import * as Either from "effect/Either"
import type * as Asset from "../asset/Asset.ts"
import * as Partitions from "../partition/Partitions.ts"
import { didYouMean } from "../suggest.ts"
import type { AssetGraph } from "./AssetGraph.ts"
import type { Attribute, AttributeKey, Selection } from "./Selection.ts"
import { SelectionInvalid } from "./SelectionInvalid.ts"
import * as Topology from "./topology.ts"

/** The status of assets. Read only for selections that need it. */
export interface Facts {
  /** How the asset's last step ended: `succeeded`, `failed`, `skipped`, `canceled`. Undefined if it never ran. */
  readonly status: (asset: string) => string | undefined
  /** The current states of the asset, of `states`. */
  readonly states: (asset: string) => ReadonlyArray<string>
}

export const noFacts: Facts = { status: () => undefined, states: () => [] }

/** The values that `state:` takes. */
export const states = ["never", "missing", "stale", "failed", "changed", "orphaned"] as const
/** The values that `status:` takes. */
export const statuses = ["succeeded", "failed", "skipped", "canceled"] as const

/**
 * Returns the indices of the selected assets, ascending. Fails with every unknown name and value, with up to ten similar ones
 * each. O(nodes + edges) per traversal.
 */
export const resolve = (
  selection: Selection,
  graph: AssetGraph<Asset.Any>,
  facts: Facts = noFacts
): Either.Either<ReadonlyArray<number>, SelectionInvalid> => {
  const problems: Array<string> = []
  const selected = answer(selection, graph, facts, problems)
  return problems.length > 0
    ? Either.left(new SelectionInvalid({ problems: [...new Set(problems)] }))
    : Either.right([...selected].sort((a, b) => a - b))
}

const answer = (selection: Selection, graph: AssetGraph<Asset.Any>, facts: Facts, problems: Array<string>): Set<number> => {
  const inner = (each: Selection) => answer(each, graph, facts, problems)
  const where = (test: (asset: Asset.Any) => boolean) =>
    new Set(graph.assets.flatMap((asset, index) => (test(asset) ? [index] : [])))
  switch (selection._tag) {
    case "All":
      return where(() => true)
    case "Name": {
      const index = graph.indexOf(selection.name)
      if (index !== undefined) return new Set([index])
      problems.push(`There is no asset "${selection.name}".${didYouMean(selection.name, graph.names, 10)}`)
      return new Set()
    }
    case "Wildcard": {
      const matches = matcher(selection.pattern)
      return where((asset) => matches(asset.name))
    }
    case "Attribute":
      problems.push(...valueProblems(selection, graph))
      return where(attributeTest(selection, facts))
    case "Traversal": {
      const from = inner(selection.of)
      const above = Topology.reach(graph.upstreams, from, selection.up)
      return union(above, Topology.reach(graph.downstreams, from, selection.down))
    }
    case "Not": {
      const excluded = inner(selection.of)
      return new Set(graph.names.flatMap((_, index) => (excluded.has(index) ? [] : [index])))
    }
    case "And": {
      const right = inner(selection.right)
      return new Set([...inner(selection.left)].filter((index) => right.has(index)))
    }
    case "Or":
      return union(inner(selection.left), inner(selection.right))
    case "Ends": {
      const among = inner(selection.of)
      const edges = selection.which === "sinks" ? graph.downstreams : graph.upstreams
      return new Set([...among].filter((index) => !(edges[index] ?? []).some((neighbour) => among.has(neighbour))))
    }
  }
}

const attributeTest = ({ key, value, tagValue }: Attribute, facts: Facts): ((asset: Asset.Any) => boolean) => {
  const matches = matcher(value)
  switch (key) {
    case "key":
      return (asset) => matches(asset.name)
    case "group":
      return (asset) => matches(asset.group)
    case "kind":
      return (asset) => matches(asset.kind)
    case "owner":
      return (asset) => asset.owners.some(matches)
    case "column":
      return (asset) => asset.storage._tag === "Stored" && asset.storage.columns.some(matches)
    case "partition":
      return ({ partitioning }) => partitioning !== undefined && Partitions.setNames(partitioning.partitions).some(matches)
    case "tag": {
      const matchesValue = tagValue === undefined ? () => true : matcher(tagValue)
      return (asset) => Object.entries(asset.tags).some(([tag, its]) => matches(tag) && matchesValue(its))
    }
    case "status":
      return (asset) => matches(facts.status(asset.name) ?? "")
    case "state":
      return (asset) => facts.states(asset.name).some(matches)
  }
}

/** `state:` and `status:` take a few words only, and `partition:` the sets of the graph. Any other word is an error. */
const valueProblems = ({ key, value }: Attribute, graph: AssetGraph<Asset.Any>): ReadonlyArray<string> => {
  const words = wordsOf(key, graph)
  if (words === undefined || value.includes("*") || words.includes(value)) return []
  if (words.length === 0) return [`There is no ${key}:${value}. No asset is cut into partitions.`]
  return [`There is no ${key}:${value}. It is one of ${words.join(", ")}.${didYouMean(value, words)}`]
}

const wordsOf = (key: AttributeKey, { assets }: AssetGraph<Asset.Any>): ReadonlyArray<string> | undefined => {
  if (key === "state") return states
  if (key === "status") return statuses
  if (key !== "partition") return undefined
  const names = assets.flatMap(({ partitioning }) =>
    partitioning === undefined ? [] : Partitions.setNames(partitioning.partitions)
  )
  return [...new Set(names)].sort()
}

const matcher = (pattern: string): ((text: string) => boolean) => {
  if (!pattern.includes("*")) return (text) => text === pattern
  const expression = new RegExp(`^${pattern.split("*").map(escapeRegExp).join(".*")}$`, "s")
  return (text) => expression.test(text)
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

const union = <A>(a: ReadonlySet<A>, b: ReadonlySet<A>): Set<A> => new Set([...a, ...b])
