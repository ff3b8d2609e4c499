import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type { Counts } from "@sluice/core/plan/PartitionReport"
import type { Staleness } from "@sluice/core/plan/Staleness"
import * as GraphRender from "@sluice/core/render/GraphRender"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as PartitionsText from "./PartitionsText.ts"
import * as StandingText from "./StandingText.ts"
import type { Style } from "./Style.ts"

/** The assets to show, and their status. */
export interface Shown {
  /** By index. */
  readonly selected: ReadonlySet<number>
  readonly standings: ReadonlyMap<string, Staleness> | undefined
  /** The numbers of partitions of each asset that is cut and stored, by name. */
  readonly partitions?: ReadonlyMap<string, Counts>
}

/** Lists assets by group, one line each: name, kind, status, and as much of the description as fits. */
export const lines = (
  graph: AssetGraph<Asset.Any>,
  { partitions = new Map(), selected, standings }: Shown,
  style: Style
): ReadonlyArray<string> => {
  const groups = GraphRender.groupsOf(graph).flatMap(({ assets, group }) => {
    const shown = assets.filter(({ name }) => selected.has(graph.indexOf(name) ?? -1))
    return shown.length === 0 ? [] : [{ group, assets: shown }]
  })
  const shown = groups.flatMap(({ assets }) => assets)
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length))
  const kindWidth = Math.max(0, ...shown.map(({ kind }) => kind.length))
  const words = (asset: Asset.Any) => {
    const [standing, counts] = [standings?.get(asset.name), partitions.get(asset.name)]
    if (counts !== undefined) return PartitionsText.words(counts)
    return standing === undefined ? "" : StandingText.words(standing)
  }
  const standingWidth = Math.max(0, ...shown.map((asset) => Layout.width(words(asset))))
  const used = nameWidth + kindWidth + 6 + (standingWidth === 0 ? 0 : standingWidth + 2)
  const line = (asset: Asset.Any): ReadonlyArray<string> => {
    const [standing, counts] = [standings?.get(asset.name), partitions.get(asset.name)]
    const description = descriptionOf(asset, style.columns - used, style)
    const standingCell = Layout.padEnd(words(asset), description.length === 0 ? 0 : standingWidth)
    const cells = [
      `  ${style.cyan(Layout.padEnd(asset.name, nameWidth))}`,
      style.dim(Layout.padEnd(asset.kind, kindWidth)),
      ...(counts !== undefined
        ? [PartitionsText.paint(counts, style)(standingCell)]
        : standing === undefined
          ? []
          : [StandingText.paint(standing, style)(standingCell)]),
      ...description
    ]
    return Layout.table([cells], style.columns)
  }
  return [
    ...groups.flatMap(({ assets, group }) => [style.bold(group), ...assets.flatMap(line), ""]),
    style.dim(`${count(shown.length, graph.assets.length)}${standings === undefined ? "" : recorded}`)
  ]
}

/**
 * The list as JSON: `{ assets: [{ name, description, group, kind, owners, tags, upstreams, standing, partitions }], total, unknown }`.
 * `partitions` has the numbers of an asset that is cut: `{ total, made, missing, failed, stale, orphaned }`.
 * `total` is the number of all assets. `unknown` says why no status is known, and is null otherwise.
 */
export const json = (
  graph: AssetGraph<Asset.Any>,
  { partitions = new Map(), selected, standings }: Shown,
  unknown: string | undefined
): string => {
  const assets = [...selected].flatMap((index) => {
    const asset = graph.assets[index]
    if (asset === undefined) return []
    return {
      name: asset.name,
      description: asset.description ?? null,
      group: asset.group,
      kind: asset.kind,
      owners: asset.owners,
      tags: asset.tags,
      upstreams: (graph.upstreams[index] ?? []).flatMap((upstream) => graph.names[upstream] ?? []),
      standing: standings?.get(asset.name) ?? null,
      ...(asset.partitioning === undefined ? {} : { partitions: partitions.get(asset.name) ?? null })
    }
  })
  return JSON.stringify({ assets, total: graph.assets.length, unknown: unknown ?? null }, null, 2)
}

/** A list reads neither sources nor tables, so a status comes from the recorded runs. */
const recorded = "; their status is as of the recorded runs"

const descriptionOf = ({ description = "" }: Asset.Any, room: number, style: Style): ReadonlyArray<string> => {
  const text = Layout.truncate(description.split("\n")[0] ?? "", room, style.marks.ellipsis)
  return room < 10 || text === "" ? [] : [text]
}

const count = (shown: number, all: number): string =>
  shown === all ? Human.plural(all, "asset") : `${shown} of ${Human.plural(all, "asset")}`
