import type * as Asset from "../asset/Asset.ts"
import * as Storage from "../asset/Storage.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"

/** The formats of a drawn graph. */
export const formats = ["tree", "mermaid", "dot", "json"] as const
export type Format = (typeof formats)[number]

/** Draws a graph. Lines are separated by line feeds, without one after the last. O(nodes + edges). */
export const render = (graph: AssetGraph<Asset.Any>, format: Format): string => drawings[format](graph)

/**
 * Draws every asset once, indented below the last of its deepest upstreams. The other upstreams are named beside it:
 *
 * ```
 * a
 * ├─ b
 * └─ c
 *    └─ d  ← also b
 * ```
 */
export const tree = (graph: AssetGraph<Asset.Any>): string => {
  const children: Array<Array<number>> = graph.names.map(() => [])
  const roots: Array<number> = []
  graph.names.forEach((_, node) => {
    const parent = parentOf(graph, node)
    if (parent === undefined) roots.push(node)
    else children[parent]?.push(node)
  })
  const lines: Array<string> = []
  const draw = (node: number, before: string, after: string) => {
    const others = (graph.upstreams[node] ?? []).filter((up) => up !== parentOf(graph, node)).map((up) => graph.names[up])
    const kind = isExternal(graph.assets[node]) ? "  (external)" : ""
    lines.push(`${before}${graph.names[node]}${kind}${others.length > 0 ? `  ← also ${others.join(", ")}` : ""}`)
    const below = children[node] ?? []
    below.forEach((child, i) => {
      const last = i === below.length - 1
      draw(child, `${after}${last ? "└─ " : "├─ "}`, `${after}${last ? "   " : "│  "}`)
    })
  }
  for (const root of roots) draw(root, "", "")
  return lines.join("\n")
}

/** A Mermaid flowchart, with a subgraph for each group. */
export const mermaid = (graph: AssetGraph<Asset.Any>): string =>
  [
    "flowchart LR",
    ...groupsOf(graph).flatMap(({ group, assets }, i) => [
      `  subgraph group${i}["${quote(group, "#quot;")}"]`,
      ...assets.map(
        (asset) => `    ${mermaidId(asset.name)}${isExternal(asset) ? `[("${asset.name}")]` : `["${asset.name}"]`}`
      ),
      "  end"
    ]),
    ...edgesOf(graph).map(([up, down]) => `  ${mermaidId(up)} --> ${mermaidId(down)}`)
  ].join("\n")

/** A Graphviz digraph, with a cluster for each group. */
export const dot = (graph: AssetGraph<Asset.Any>): string =>
  [
    "digraph assets {",
    "  rankdir=LR",
    '  node [shape=box, style=rounded, fontname="sans-serif"]',
    ...groupsOf(graph).flatMap(({ group, assets }, i) => [
      `  subgraph cluster_${i} {`,
      `    label="${quote(group, '\\"')}"`,
      ...assets.map((asset) => `    "${asset.name}"${isExternal(asset) ? ' [style="rounded,dashed"]' : ""}`),
      "  }"
    ]),
    ...edgesOf(graph).map(([up, down]) => `  "${up}" -> "${down}"`),
    "}"
  ].join("\n")

/** `{ "assets": [{ name, group, kind, stored, description, upstreams, downstreams, level, owners, tags }] }`, indented. */
export const json = (graph: AssetGraph<Asset.Any>): string =>
  JSON.stringify(
    {
      assets: graph.assets.map((asset, node) => ({
        name: asset.name,
        group: asset.group,
        kind: asset.kind,
        stored: asset.storage._tag === "Stored",
        description: asset.description ?? null,
        upstreams: namesOf(graph, graph.upstreams[node]),
        downstreams: namesOf(graph, graph.downstreams[node]),
        level: graph.level[node] ?? 0,
        owners: asset.owners,
        tags: asset.tags
      }))
    },
    null,
    2
  )

const isExternal = (asset: Asset.Any | undefined): boolean => asset !== undefined && Storage.isExternal(asset.storage)

const drawings: Readonly<Record<Format, (graph: AssetGraph<Asset.Any>) => string>> = { tree, mermaid, dot, json }

/** Assets by group. Groups and assets are in definition order. */
export const groupsOf = (graph: AssetGraph<Asset.Any>) => {
  const groups = new Map<string, Array<Asset.Any>>()
  for (const asset of graph.assets) {
    const assets = groups.get(asset.group)
    if (assets === undefined) groups.set(asset.group, [asset])
    else assets.push(asset)
  }
  return [...groups].map(([group, assets]) => ({ group, assets }))
}

/** The last of a node's deepest upstreams. The other upstreams mostly stand above it in the tree. */
const parentOf = (graph: AssetGraph<Asset.Any>, node: number): number | undefined => {
  let parent: number | undefined
  for (const up of [...(graph.upstreams[node] ?? [])].sort((a, b) => a - b)) {
    if (parent === undefined || (graph.level[up] ?? 0) >= (graph.level[parent] ?? 0)) parent = up
  }
  return parent
}

const namesOf = (graph: AssetGraph<Asset.Any>, nodes: ReadonlyArray<number> = []) =>
  nodes.map((node) => graph.names[node] ?? "")

const edgesOf = (graph: AssetGraph<Asset.Any>): ReadonlyArray<readonly [up: string, down: string]> =>
  graph.names.flatMap((name, node) => namesOf(graph, graph.downstreams[node]).map((down) => [name, down] as const))

const quote = (text: string, escaped: string) => text.replaceAll('"', escaped)

/** Words that Mermaid reserves, so that they are no ids of nodes. */
const reserved = new Set(["end", "graph", "subgraph", "flowchart", "style", "class", "click", "default", "direction"])
/** Returns a node id that is no reserved word. A `/` becomes `_S_`, which no asset name contains. */
const mermaidId = (name: string) => (reserved.has(name) ? `${name}_` : name.replaceAll("/", "_S_"))
