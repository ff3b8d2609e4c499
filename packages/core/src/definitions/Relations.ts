import type * as Asset from "../asset/Asset.ts"
import * as Storage from "../asset/Storage.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Grants from "../relation/Grants.ts"
import type * as Mask from "../relation/Mask.ts"
import * as Subject from "../relation/Subject.ts"
import type * as Table from "../relation/Table.ts"
import type * as View from "../relation/View.ts"
import { didYouMean } from "../suggest.ts"

/** The grants of each role. */
export interface Roles {
  /** The relations that the analyst's account may read. Default: all public tables and views. */
  readonly analyst?: Grants.Grants | Grants.AllPublic
}

/**
 * Returns the relations that a graph's assets publish, and the grants on them. Each view follows the relations that it reads.
 */
export const specOf = (graph: AssetGraph<Asset.Any>, { analyst = Grants.allPublic }: Roles): Grants.WarehouseSpec => {
  const relations = graph.assets.flatMap((asset) => ownRelationOf(asset) ?? [])
  const masks = relations.filter(isMask)
  const tables = relations.filter(isTable)
  const views = inOrder(relations.filter((relation) => relation._tag === "View"))
  return {
    tables,
    masks,
    views,
    analyst: Grants.isAllPublic(analyst) ? Grants.select(...[...tables, ...views].filter(isPublic)) : analyst
  }
}

/** The tables of a graph that another program stores. */
export const externalsOf = (graph: AssetGraph<Asset.Any>): ReadonlyArray<Table.Any> =>
  graph.assets.flatMap(({ storage }) =>
    storage._tag === "Stored" && storage.isExternal && storage.relation?._tag === "Table" ? [storage.relation] : []
  )

/** The relations of some assets that the analyst may read. */
export const grantsOf = (assets: ReadonlyArray<Asset.Any>, { analyst = Grants.allPublic }: Roles): Grants.Grants =>
  Grants.isAllPublic(analyst)
    ? Grants.select(...assets.flatMap((asset) => ownRelationOf(asset) ?? []).filter(isPublic))
    : analyst

/** Whether the analyst may read every public relation. */
export const readsAllPublic = ({ analyst = Grants.allPublic }: Roles): boolean => Grants.isAllPublic(analyst)

/** Sorts views, each after the views that it reads. */
const inOrder = (views: ReadonlyArray<View.Any>): ReadonlyArray<View.Any> => {
  const ordered = new Set<View.Any>()
  const add = (view: View.Any) => {
    for (const read of view.on) if (read._tag === "View") add(read)
    if (views.includes(view)) ordered.add(view)
  }
  views.forEach(add)
  return [...ordered]
}

/** Returns every problem with the relations that assets publish, one sentence each. */
export const problems = (assets: ReadonlyArray<Asset.Any>, { analyst = Grants.allPublic }: Roles): ReadonlyArray<string> => {
  const publishers = new Map<string, Array<Asset.Any>>()
  for (const asset of new Set(assets)) {
    const name = relationOf(asset)?.name
    if (name !== undefined) publishers.set(name, [...(publishers.get(name) ?? []), asset])
  }
  const granted = Grants.isAllPublic(analyst) ? [] : analyst.select
  const own = new Set([...new Set(assets)].flatMap((asset) => ownRelationOf(asset) ?? []))
  const owned = new Set([...own].map(({ name }) => name))
  return [
    ...[...publishers].flatMap(([name, several]) => (several.length > 1 ? [publishedTwice(name, several)] : [])),
    ...[...new Set(assets)].flatMap((asset) => [...forgotten(asset), ...strayView(asset)]),
    ...granted.flatMap(({ name }) =>
      owned.has(name)
        ? []
        : publishers.has(name)
          ? [`The analyst may read "${name}", which is external. Whoever loads that table grants it: remove the grant here.`]
          : [`The analyst may read "${name}", which no asset publishes.${didYouMean(name, owned)}`]
    ),
    ...Subject.problems([...own].filter(isTable))
  ]
}

/** The relation of an asset's value, whether the asset publishes it or reads it as an external one. */
export const relationOf = ({ storage }: Asset.Any): Storage.Relation | undefined =>
  storage._tag === "Stored" ? storage.relation : undefined

/** The relation that an asset publishes. Undefined for an external asset. */
const ownRelationOf = (asset: Asset.Any): Storage.Relation | undefined =>
  Storage.isExternal(asset.storage) ? undefined : relationOf(asset)

/** The name of the publishing asset, by the name of its relation. */
export const publishersOf = ({ assets }: AssetGraph<Asset.Any>): ReadonlyMap<string, string> =>
  new Map(
    assets.flatMap((asset) => {
      const relation = relationOf(asset)
      return relation === undefined ? [] : [[relation.name, asset.name] as const]
    })
  )

const publishedTwice = (relation: string, assets: ReadonlyArray<Asset.Any>): string => {
  const names = assets.map(placed).join(" and ")
  return assets.some(({ storage }) => Storage.isExternal(storage))
    ? `${names} are one table, "${relation}", and one of them is external. Keep the external asset if somebody else loads the table, and the other if this pipeline does.`
    : `${names} publish one table, "${relation}". Give each asset a table of its own.`
}

/** A table that no asset declares is neither created nor granted. */
const forgotten = (asset: Asset.Any): ReadonlyArray<string> =>
  asset.storage._tag === "Stored" && ["table", "view"].includes(asset.storage.kind) && asset.storage.relation === undefined
    ? [`${placed(asset)} is stored as a ${asset.storage.kind} and does not say which. Set \`relation\` in its storage.`]
    : []

/** A view may read only what its upstreams publish. Otherwise it could be created before the relations that it reads. */
const strayView = (asset: Asset.Any): ReadonlyArray<string> => {
  const view = relationOf(asset)
  if (view?._tag !== "View") return []
  const reads = new Set(view.on.map(({ name }) => name))
  const upstreams = Object.values(asset.upstreams)
  const published = new Set(upstreams.flatMap((upstream) => relationOf(upstream)?.name ?? []))
  const missing = [...reads].filter((name) => !published.has(name))
  const unread = upstreams.filter((upstream) => !reads.has(relationOf(upstream)?.name ?? ""))
  return [
    ...missing.map(
      (name) => `The view ${placed(asset)} reads "${name}", which no upstream of it publishes. Add that upstream.`
    ),
    ...unread.map(
      (upstream) =>
        `The view ${placed(asset)} does not read what its upstream "${upstream.name}" publishes. Remove that upstream.`
    )
  ]
}

const placed = (asset: Asset.Any): string => `"${asset.name}" (${asset.definedAt()})`

const isMask = (relation: Storage.Relation): relation is Mask.Any => "valueColumn" in relation

const isTable = (relation: Storage.Relation): relation is Table.Any => relation._tag === "Table" && !isMask(relation)

const isPublic = (relation: Storage.Relation): relation is View.Public => relation.visibility === "public"
