import * as Either from "effect/Either"
import type * as Asset from "../asset/Asset.ts"
import type { AssetGraph } from "../graph/AssetGraph.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Mapping from "../partition/Mapping.ts"
import type * as Partitions from "../partition/Partitions.ts"
import { PartitionsInvalid } from "../partition/PartitionsInvalid.ts"
import type { Space } from "../partition/Space.ts"

/** How the assets of a graph are cut at one moment. */
export interface Cuts {
  /** The partitions of an asset; undefined if it is not cut. */
  readonly spaceOf: (asset: string) => Space | undefined
  /** The partitions of an asset that are made from these of an upstream; all of them if the asset has no mapping to it. */
  readonly down: (reader: Asset.Any, upstream: Asset.Any, runs: Runs.Runs) => Runs.Runs
  /** The partitions of an upstream that these of the asset are made from. All of them if the asset is not cut. */
  readonly up: (reader: Asset.Any, upstream: Asset.Any, runs: Runs.Runs | undefined) => Runs.Runs
  /** The partitions of an upstream under one of the names that the asset gives it. */
  readonly upAs: (reader: Asset.Any, name: string, runs: Runs.Runs | undefined) => Runs.Runs
}

/** The cuts of a graph. Fails with every problem of its sets and mappings. */
export const at = (graph: AssetGraph<Asset.Any>, moment: Partitions.Moment): Either.Either<Cuts, PartitionsInvalid> => {
  const spaces = new Map<string, Space>()
  const sets = new Map<string, Either.Either<Space, PartitionsInvalid>>()
  const problems: Array<string> = []
  for (const { name, partitioning } of graph.assets) {
    if (partitioning === undefined) continue
    const { partitions } = partitioning
    const known = sets.get(partitions.name)
    const space = known ?? partitions.at(moment)
    sets.set(partitions.name, space)
    if (Either.isRight(space)) spaces.set(name, space.right)
    else if (known === undefined) problems.push(...space.left.problems.map((each) => `${partitions.name}: ${each}`))
  }
  const relations = new Map<string, Mapping.Relation>()
  for (const reader of graph.assets) {
    for (const [name, upstream] of Object.entries(reader.upstreams)) {
      const relation = relate(reader, name, upstream, spaces)
      if (relation === undefined) continue
      if (Either.isLeft(relation)) problems.push(...relation.left.map((each) => `${reader.name}: ${each}`))
      else relations.set(keyOf(reader, name), relation.right)
    }
  }
  if (problems.length > 0) return Either.left(new PartitionsInvalid({ partitions: "the pipeline", problems }))

  const spaceOf = (asset: string) => spaces.get(asset)
  const namesOf = (reader: Asset.Any, upstream: Asset.Any) =>
    Object.entries(reader.upstreams).flatMap(([name, asset]) => (asset.name === upstream.name ? [name] : []))
  const upAs = (reader: Asset.Any, name: string, runs: Runs.Runs | undefined): Runs.Runs => {
    const all = spaceOf(reader.upstreams[name]?.name ?? "")?.all ?? Runs.empty(0)
    return runs === undefined ? all : (relations.get(keyOf(reader, name))?.up(runs) ?? all)
  }
  return Either.right({
    spaceOf,
    upAs,
    up: (reader, upstream, runs) => union(namesOf(reader, upstream).map((name) => upAs(reader, name, runs))),
    down: (reader, upstream, runs) =>
      union(
        namesOf(reader, upstream).map(
          (name) => relations.get(keyOf(reader, name))?.down(runs) ?? spaceOf(reader.name)?.all ?? Runs.empty(0)
        )
      )
  })
}

const union = ([first = Runs.empty(0), ...rest]: ReadonlyArray<Runs.Runs>): Runs.Runs => rest.reduce(Runs.union, first)

const keyOf = (reader: Asset.Any, name: string): string => `${reader.name} ${name}`

/** The relation between an asset and one of its upstreams; undefined if one of them is not cut. */
const relate = (
  { name: reader, partitioning }: Asset.Any,
  name: string,
  upstream: Asset.Any,
  spaces: ReadonlyMap<string, Space>
) => {
  const [up, down] = [spaces.get(upstream.name), spaces.get(reader)]
  if (partitioning === undefined || up === undefined || down === undefined) return undefined
  const mapping = partitioning.mappings[name] ?? Mapping.identity(partitioning.partitions)
  return mapping.between(up, down)
}
