import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import type { Altered } from "@sluice/warehouse/checks/Altered"
import type { LostPartitions } from "@sluice/warehouse/checks/LostPartitions"
import * as Human from "./Human.ts"

/** Names the tables that were changed from outside, one line each. */
export const lines = (altered: ReadonlyArray<Altered>, { assets }: AssetGraph<Asset.Any>): ReadonlyArray<string> =>
  altered.map(({ asset, table, why }) => {
    const isCut = assets.some(({ name, partitioning }) => name === asset && partitioning !== undefined)
    const effect = isCut
      ? "None of its partitions counts as made: they are missing, and made again when they are requested."
      : "It counts as never materialized, and is made again in full."
    return `${table} was changed from outside: ${why}. ${effect}`
  })

/** Names the partitions that the history has and the storage does not, one line for each asset. */
export const lostLines = (lost: ReadonlyArray<LostPartitions>): ReadonlyArray<string> =>
  lost.map(({ asset, count, kind, text }) => {
    const [are, them] = count === 1 ? ["is", "It counts"] : ["are", "They count"]
    if (kind !== "table") return `${Human.plural(count, kind)} of ${asset} ${are} gone: ${text}. ${them} as missing.`
    return `${Human.plural(count, "partition")} of ${asset} that the history has ${are} not in the store: ${text}. ${them} as missing.`
  })
