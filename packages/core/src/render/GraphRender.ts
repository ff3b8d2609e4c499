import type * as Asset from "../asset/Asset.ts"
import * as Storage from "../asset/Storage.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"

/** How a graph can be drawn as text. */
export const formats = ["tree", "mermaid", "dot", "json"] as const
export type Format = (typeof formats)[number]

/** Draws a graph; lines end in a line feed between them, not after the last. O(nodes + edges). */
export const render = (graph: AssetGraph<Asset.Any>, format: Format): string => drawings[format](graph)

/**
 * Every asset once, indented below the last of its deepest upstreams, with its other upstreams named beside it:
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

/** Assets by group, both in definition order. */
export const groupsOf = (graph: AssetGraph<Asset.Any>) => {
  const groups = new Map<string, Array<Asset.Any>>()
  for (const asset of graph.assets) {
    const assets = groups.get(asset.group)
    if (assets === undefined) groups.set(asset.group, [asset])
    else assets.push(asset)
  }
  return [...groups].map(([group, assets]) => ({ group, assets }))
}

/** The last of a node's deepest upstreams: whoever reads from the top has met the other ones by then, most often. */
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

/** Words that Mermaid takes for its own where a node's id is expected. */
const reserved = new Set(["end", "graph", "subgraph", "flowchart", "style", "class", "click", "default", "direction"])
/** A prefix could be such a word too; asset names have no capitals. */
const mermaidId = (name: string) => (reserved.has(name) ? `${name}_` : name.replaceAll("/", "_S_"))
