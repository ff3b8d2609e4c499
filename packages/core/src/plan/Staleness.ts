import type * as Asset from "../asset/Asset.ts"
import type { CodeVersionOf } from "../asset/CodeVersions.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Provenance from "./Provenance.ts"

/** How an asset stands against its code and its upstreams, as far as history tells. */
export type Staleness =
  | { readonly _tag: "Never" }
  | { readonly _tag: "Fresh" }
  | { readonly _tag: "Stale"; readonly causes: ReadonlyArray<Cause> }
  /** It is not stored, so it is neither fresh nor stale. */
  | { readonly _tag: "Ephemeral" }

/** What history says of an asset's data: what it was made of, and whether that is still what is there. */
export interface Recorded {
  readonly provenance: Provenance.Provenance
  readonly isSettled: boolean
}

/** Why an asset is stale. */
export type Cause =
  /** Its code is not what it was last materialized with. */
  | { readonly _tag: "Code" }
  /** Its code has no version, so nobody can tell whether it changed. */
  | { readonly _tag: "CodeUnknown" }
  /** It was last materialized under other settings. */
  | { readonly _tag: "Settings" }
  /** It reads something that is no asset, and nothing tells whether that has changed. */
  | { readonly _tag: "Unobserved" }
  /** Its last step failed or was canceled, perhaps after it had published. */
  | { readonly _tag: "Unsettled" }
  /** This upstream has other data now than what it was made from. */
  | { readonly _tag: "Input"; readonly asset: string }
  /** This upstream is stale or missing itself. */
  | { readonly _tag: "Upstream"; readonly asset: string }

/**
 * How every asset of a graph stands, by name, from the provenance of its last materialization. What a source would answer
 * now is not asked: a source that is ephemeral or observed counts as unchanged since it was last read. O(nodes + edges).
 */
export const standings = (
  graph: AssetGraph<Asset.Any>,
  recorded: (asset: string) => Recorded | undefined,
  codeVersionOf: CodeVersionOf
): ReadonlyMap<string, Staleness> => {
  const all = new Map<string, Staleness>()
  const order = graph.names.map((_, index) => index).sort((a, b) => (graph.level[a] ?? 0) - (graph.level[b] ?? 0))
  for (const index of order) {
    const asset = graph.assets[index]
    if (asset !== undefined) all.set(asset.name, standingOf(asset, upstreamsOf(graph, index), all, recorded, codeVersionOf))
  }
  return all
}

/** Whether nothing can tell if a stored asset would be made of the same: it has no upstreams and is not observed. */
export const isUnobserved = ({ observe, storage, upstreams }: Asset.Any): boolean =>
  storage._tag === "Stored" && observe === undefined && Object.keys(upstreams).length === 0

const upstreamsOf = (graph: AssetGraph<Asset.Any>, index: number) =>
  (graph.upstreams[index] ?? []).flatMap((up) => graph.names[up] ?? [])

const standingOf = (
  asset: Asset.Any,
  upstreams: ReadonlyArray<string>,
  above: ReadonlyMap<string, Staleness>,
  recorded: (asset: string) => Recorded | undefined,
  codeVersionOf: CodeVersionOf
): Staleness => {
  if (asset.storage._tag === "Ephemeral") return { _tag: "Ephemeral" }
  const last = recorded(asset.name)
  if (last === undefined) return { _tag: "Never" }
  const inputs = Object.fromEntries(upstreams.map((up) => [up, recorded(up)?.provenance.data]))
  const unsettled = upstreams.flatMap((up): ReadonlyArray<Cause> => {
    const standing = above.get(up)?._tag
    return standing === "Stale" || standing === "Never" ? [{ _tag: "Upstream", asset: up }] : []
  })
  const causes = [
    ...(isUnobserved(asset) ? [{ _tag: "Unobserved" } as const] : []),
    ...(last.isSettled ? [] : [{ _tag: "Unsettled" } as const]),
    ...Provenance.differences(last.provenance, codeVersionOf(asset), inputs),
    ...unsettled
  ]
  return causes.length === 0 ? { _tag: "Fresh" } : { _tag: "Stale", causes }
}
