import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type { Standing } from "@sluice/core/plan/Staleness"
import * as GraphRender from "@sluice/core/render/GraphRender"
import * as Human from "./Human.ts"
import * as Layout from "./Layout.ts"
import * as StandingText from "./StandingText.ts"
import type { Style } from "./Style.ts"

/** Which assets to show, and what is known of them. */
export interface Shown {
  /** By index. */
  readonly selected: ReadonlySet<number>
  readonly standings: ReadonlyMap<string, Standing> | undefined
}

/** Assets by group, a line each: name, kind, how it stands, and what it holds as far as that fits. */
export const lines = (graph: AssetGraph<Asset.Any>, { selected, standings }: Shown, style: Style): ReadonlyArray<string> => {
  const groups = GraphRender.groupsOf(graph).flatMap(({ assets, group }) => {
    const shown = assets.filter(({ name }) => selected.has(graph.indexOf(name) ?? -1))
    return shown.length === 0 ? [] : [{ group, assets: shown }]
  })
  const shown = groups.flatMap(({ assets }) => assets)
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length))
  const kindWidth = Math.max(0, ...shown.map(({ kind }) => kind.length))
  const words = (asset: Asset.Any) => {
    const standing = standings?.get(asset.name)
    return standing === undefined ? "" : StandingText.words(standing)
  }
  const standingWidth = Math.max(0, ...shown.map((asset) => Layout.width(words(asset))))
  const used = nameWidth + kindWidth + 6 + (standingWidth === 0 ? 0 : standingWidth + 2)
  const line = (asset: Asset.Any) => {
    const standing = standings?.get(asset.name)
    const standingCell = Layout.padEnd(words(asset), standingWidth)
    const cells = [
      style.cyan(Layout.padEnd(asset.name, nameWidth)),
      style.dim(Layout.padEnd(asset.kind, kindWidth)),
      ...(standing === undefined ? [] : [StandingText.paint(standing, style)(standingCell)]),
      ...descriptionOf(asset, style.columns - used, style)
    ]
    return `  ${cells.join("  ").trimEnd()}`
  }
  return [
    ...groups.flatMap(({ assets, group }) => [style.bold(group), ...assets.map(line), ""]),
    style.dim(count(shown.length, graph.assets.length))
  ]
}

const descriptionOf = ({ description = "" }: Asset.Any, room: number, style: Style): ReadonlyArray<string> => {
  const text = Layout.truncate(description.split("\n")[0] ?? "", room, style.marks.ellipsis)
  return room < 10 || text === "" ? [] : [text]
}

const count = (shown: number, all: number): string =>
  shown === all ? Human.plural(all, "asset") : `${shown} of ${Human.plural(all, "asset")}`
