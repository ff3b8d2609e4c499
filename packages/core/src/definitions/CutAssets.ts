import * as Either from "effect/Either"
import type * as Asset from "../asset/Asset.ts"
import * as Storage from "../asset/Storage.ts"
import * as Partitions from "../partition/Partitions.ts"
import * as PartitionText from "../partition/PartitionText.ts"
import * as Placement from "../partition/Placement.ts"

/** Returns every problem with the partitions of some assets, one sentence each. `now` is in milliseconds since the epoch. */
export const problems = (assets: ReadonlyArray<Asset.Any>, now: number): ReadonlyArray<string> => {
  const all = [...new Set(assets)]
  const cutBy = byName(all.flatMap(({ partitioning }) => partitioning?.partitions ?? []))
  const sets = byName([...cutBy.values()].flatMap((several) => [...several].flatMap(Partitions.withDimensions)))
  return [
    ...[...sets].flatMap(([name, several]) =>
      several.size > 1 ? [`Two sets of partitions are called "${name}". Give each a name of its own, or share one.`] : []
    ),
    ...[...cutBy.values()].flatMap(([set]) => (set === undefined ? [] : invalid(set, now))),
    ...all.flatMap((asset) => [...placing(asset, now), ...numbers(asset), ...orders(asset, now), ...readings(asset)])
  ]
}

const byName = (sets: ReadonlyArray<Partitions.Any>): ReadonlyMap<string, ReadonlySet<Partitions.Any>> => {
  const found = new Map<string, Set<Partitions.Any>>()
  for (const set of sets) found.set(set.name, (found.get(set.name) ?? new Set()).add(set))
  return found
}

const invalid = (set: Partitions.Any, now: number): ReadonlyArray<string> =>
  Either.match(set.at({ now }), {
    onLeft: ({ problems }) => problems.map((problem) => `The partitions ${set.name}: ${problem}`),
    onRight: () => []
  })

/** A table is cut exactly if its asset is, by a column that tells its partition. A mask table is never cut. */
const placing = (asset: Asset.Any, now: number): ReadonlyArray<string> => {
  const { partitioning, storage } = asset
  const table = storage._tag === "Stored" && storage.relation?._tag === "Table" ? storage.relation : undefined
  if (table === undefined || "valueColumn" in table) return []
  if (partitioning === undefined) {
    return table.partitionBy === undefined || Storage.isExternal(storage)
      ? []
      : [
          `The table of ${placed(asset)} names a column of partitions, and the asset has none. Set \`partitions\`, or remove \`partitionBy\`.`
        ]
  }
  const space = partitioning.partitions.at({ now })
  if (Either.isLeft(space)) return []
  return Either.match(Placement.of(space.right, table), {
    onLeft: (problems) => problems,
    onRight: ({ columns }) =>
      columns
        .filter(({ name }) => table.subject.includes(name) && table.columns[name]?.maskOf === undefined)
        .map(
          ({ name }) =>
            `The table of ${placed(asset)} is cut by "${name}", which is the id of a person (\`subject\`). Keys of partitions stand in the history, in messages and in paths. Cut it by a column of mask ids.`
        )
  })
}

/** A partition before another one is only known in time. */
const orders = (asset: Asset.Any, now: number): ReadonlyArray<string> => {
  const { partitioning } = asset
  const space = partitioning?.partitions.at({ now })
  if (partitioning === undefined || space === undefined || Either.isLeft(space)) return []
  const { dependsOnPast, lookback, partitions } = partitioning
  if (PartitionText.hasWindows(space.right)) return []
  const without = `and the keys of ${partitions.name} have no order. Remove`
  return [
    ...(dependsOnPast ? [`${placed(asset)} depends on the partition before, ${without} \`dependsOnPast\`.`] : []),
    ...(lookback > 0 ? [`${placed(asset)} makes partitions before a new one again, ${without} \`lookback\`.`] : [])
  ]
}

const numbers = (asset: Asset.Any): ReadonlyArray<string> => {
  const { partitioning } = asset
  if (partitioning === undefined) return []
  const { concurrency, lookback, policy } = partitioning
  const isCount = (value: number) => Number.isInteger(value) && value >= 1
  return [
    ...(concurrency === undefined || isCount(concurrency)
      ? []
      : [`The concurrency of ${placed(asset)} is ${concurrency}. Use a whole number from 1.`]),
    ...(Number.isInteger(lookback) && lookback >= 0
      ? []
      : [`The lookback of ${placed(asset)} is ${lookback}. Use a whole number from 0.`]),
    ...(typeof policy === "string"
      ? misspelt(policy, asset)
      : isCount(policy.batches)
        ? []
        : [`The batches of ${placed(asset)} have ${policy.batches} partitions. Use a whole number from 1.`])
  ]
}

/** The compiler takes any text for a policy. */
const misspelt = (policy: string, asset: Asset.Any): ReadonlyArray<string> =>
  ["each", "single-run"].includes(policy)
    ? []
    : [`The policy of ${placed(asset)} is "${policy}". Use "each", "single-run" or { batches: 7 }.`]

/** The value of an asset that is not stored lives as long as its slice, so only assets of the same slice can read it. */
const readings = (asset: Asset.Any): ReadonlyArray<string> =>
  Object.entries(asset.upstreams).flatMap(([name, upstream]) => {
    const [own, theirs] = [asset.partitioning, upstream.partitioning]
    if (theirs === undefined) return []
    if (own !== undefined && own.mappings[name] === undefined && own.partitions.name !== theirs.partitions.name) {
      return [
        `${placed(asset)} is cut by ${own.partitions.name}, and its upstream "${upstream.name}" by ${theirs.partitions.name}. Give \`mappings\` a mapping for ${name}.`
      ]
    }
    if (upstream.storage._tag === "Stored") return []
    const shares =
      own !== undefined && own.mappings[name] === undefined && JSON.stringify(own.policy) === JSON.stringify(theirs.policy)
    return shares
      ? []
      : [
          `${placed(asset)} reads "${upstream.name}", which is cut and not stored: a partition of it lives only while the same partition of its readers is made. Cut both by ${theirs.partitions.name} with one policy and without a mapping, or store "${upstream.name}".`
        ]
  })

const placed = (asset: Asset.Any): string => `"${asset.name}" (${asset.definedAt()})`
