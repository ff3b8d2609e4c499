import type * as Asset from "../asset/Asset.ts"
import type { CodeVersionOf } from "../asset/CodeVersions.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Provenance from "./Provenance.ts"

/** The staleness of an asset, from its code, its upstreams and the history. */
export type Staleness =
  | { readonly _tag: "Never" }
  | { readonly _tag: "Fresh" }
  | { readonly _tag: "Stale"; readonly causes: ReadonlyArray<Cause> }
  /** The asset is not stored, so it is neither fresh nor stale. */
  | { readonly _tag: "Ephemeral" }
  /** Somebody else stores it, so it is neither fresh nor stale. */
  | { readonly _tag: "External" }

/** The recorded materialization of an asset, and whether its data is still known to be there. */
export interface Recorded {
  readonly provenance: Provenance.Provenance
  readonly isSettled: boolean
}

/** The reason that an asset is stale. */
export type Cause =
  /** Its code has changed since it was last materialized. */
  | { readonly _tag: "Code" }
  /** Its code has no version, so a change cannot be detected. */
  | { readonly _tag: "CodeUnknown" }
  /** Its settings have changed since it was last materialized. */
  | { readonly _tag: "Settings" }
  /** It reads something outside of the graph that is not observed, so a change cannot be detected. */
  | { readonly _tag: "Unobserved" }
  /** Its last step failed or was canceled, and may have published before that. */
  | { readonly _tag: "Unsettled" }
  /** This upstream has another data version than the one it was made from. */
  | { readonly _tag: "Input"; readonly asset: string }
  /** This upstream is stale or missing itself. */
  | { readonly _tag: "Upstream"; readonly asset: string }

/**
 * The staleness of every asset of a graph, by name, from the provenance of its last materialization. Sources are not read: an
 * ephemeral or observed source counts as unchanged since it was last read. O(nodes + edges).
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

/** Whether a change of a stored asset's source cannot be detected: it has no upstreams and no `observe`. */
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
  if (asset.storage.isExternal) return { _tag: "External" }
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
