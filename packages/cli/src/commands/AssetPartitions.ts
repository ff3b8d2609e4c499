import type * as Asset from "@sluice/core/asset/Asset"
import type { AssetGraph } from "@sluice/core/graph/AssetGraph"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Stored from "@sluice/core/partition/Stored"
import * as PartitionReport from "@sluice/core/plan/PartitionReport"
import * as PartitionStrip from "@sluice/core/plan/PartitionStrip"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { UsageError } from "../CliError.ts"
import type { AssetPartitions } from "../render/AssetPartitionsText.ts"
import * as Partition from "./PartitionArguments.ts"

/** How many months, or years of longer windows, a strip shows. */
const mostRows = 12

/** How many failures are shown. */
const mostFailures = 5

/**
 * What is known of an asset's partitions, and the records of the named ones. Undefined if the asset is not cut or not stored. Fails if
 * partitions of such an asset are named.
 */
export const known = Effect.fn("assets.asset.partitions")(function* (
  graph: AssetGraph<Asset.Any>,
  { name, partitioning }: Asset.Any,
  named: string | undefined,
  limit: number
) {
  if (partitioning === undefined && named === undefined) return undefined
  yield* Partition.cutAsset(graph, name)
  const states = (yield* Partition.facts(graph))?.states.get(name)
  if (states === undefined) {
    return named === undefined
      ? undefined
      : yield* new UsageError({
          detail: `${name} is not stored, so no partition of it has a history. Leave out --partition.`
        })
  }
  const { failed, space } = states
  const store = yield* RunStore
  const report = PartitionReport.of(states, { limit: 3 })
  const failures =
    report.counts.failed === 0 ? [] : yield* store.partitionsOf(name, Stored.of(space, failed), mostFailures * 10)
  const asked = named === undefined ? undefined : yield* runsOf(name, PartitionText.parse(space, named))
  const found: AssetPartitions = {
    report,
    strip: PartitionStrip.of(states, { most: mostRows }),
    failures: failures.filter(({ status }) => status === "failed").slice(0, mostFailures),
    records:
      asked === undefined
        ? undefined
        : {
            text: PartitionText.print(space, asked, { limit: 3 }),
            all: yield* store.partitionsOf(name, Stored.of(space, asked), limit)
          }
  }
  return found
})

const runsOf = <A>(name: string, parsed: Either.Either<A, string>): Either.Either<A, UsageError> =>
  Either.mapLeft(parsed, (problem) => new UsageError({ detail: `${name}: ${problem}` }))
