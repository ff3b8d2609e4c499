import type * as Asset from "../asset/Asset.ts"
import * as CodeVersions from "../asset/CodeVersions.ts"
import { fingerprint } from "../fingerprint.ts"
import type { Standing } from "../partition/Standing.ts"
import { isSource } from "../plan/Plan.ts"
import * as Provenance from "../plan/Provenance.ts"
import { isUnobserved } from "../plan/Staleness.ts"
import type { Observations } from "./Observations.ts"
import { isSettled, type LastStep, type Materialization } from "./RunRecord.ts"

/** The data versions of one run: those of its steps so far, and those of the history. */
export interface Versions {
  /** The asset's last materialization, if its code and inputs are the same now. */
  readonly unchanged: (asset: Asset.Any) => Materialization | undefined
  readonly last: (asset: Asset.Any) => Materialization | undefined
  /**
   * The data version of `source` that all of these assets were last made from. Undefined if they were made from different
   * versions, or if their code or settings have changed since.
   */
  readonly madeFrom: (source: Asset.Any, assets: ReadonlyArray<Asset.Any>) => string | undefined
  /**
   * Records that a step has made its data, and returns the provenance. `reported` is the version that the asset reported, if
   * any.
   */
  readonly made: (asset: Asset.Any, reported: string | undefined) => Provenance.Provenance
  /** Records that a step uses the data of its last materialization. */
  readonly reused: (asset: Asset.Any) => void
}

/**
 * Computes data versions. A new data version hashes the inputs and the run id of the version that it replaces, so concurrent
 * runs that make the same data get the same version. Data that nothing else identifies gets the version of its run.
 */
export const make = (options: {
  readonly runId: string
  /** When the run started, ISO 8601 in UTC; undefined if no asset of the graph is cut. */
  readonly startedAt?: string | undefined
  /** Where the run reads its sources. */
  readonly origin: string | undefined
  readonly recorded: ReadonlyMap<string, Materialization>
  /** The standing of each asset that is cut and observes something. */
  readonly standings: ReadonlyMap<string, Standing>
  readonly lastSteps: ReadonlyMap<string, LastStep>
  readonly codeVersionOf: CodeVersions.CodeVersionOf
  readonly observations: Observations
}): Versions => {
  const current = new Map<string, string>()
  const origins = new Map<string, ReadonlyArray<string>>()
  const originsOf = (asset: Asset.Any): ReadonlyArray<string> => {
    const own = isSource(asset) && options.origin !== undefined ? [options.origin] : []
    const inherited = Object.values(asset.upstreams).flatMap(({ name }) => origins.get(name) ?? [])
    return [...new Set([...own, ...inherited])].sort()
  }
  const inputsOf = (asset: Asset.Any) =>
    Object.fromEntries(Object.values(asset.upstreams).map(({ name }) => [name, current.get(name) ?? options.runId]))
  const unchanged = (asset: Asset.Any) => {
    const last = options.recorded.get(asset.name)
    const observation = options.observations.get(asset.name)
    return last !== undefined &&
      !isUnobserved(asset) &&
      observation?.exists !== false &&
      isSameSource(asset, last.provenance.observed, observation?.observed) &&
      isSettled(options.lastSteps.get(asset.name)) &&
      Provenance.differences(last.provenance, options.codeVersionOf(asset), inputsOf(asset)).length === 0
      ? last
      : undefined
  }
  /**
   * Read at the run's start, so that concurrent runs see the same. Data that was lost, or may have been published without a
   * record, has no version.
   */
  const stored = (asset: Asset.Any) => {
    const same = unchanged(asset)?.provenance.data
    if (same !== undefined) return same
    const before = options.recorded.get(asset.name)?.runId
    const last = options.lastSteps.get(asset.name)
    const code = options.codeVersionOf(asset)
    const known = code !== undefined && (before === undefined ? last === undefined : isSettled(last))
    const { observed } = options.observations.get(asset.name) ?? {}
    const of = JSON.stringify([code, Object.entries(inputsOf(asset)).sort(), ...(observed === undefined ? [] : [observed])])
    return known ? `${before ?? "first"}-${fingerprint(of)}` : options.runId
  }
  /** The version of a source that is read whole and observed, and not stored. */
  const sourceData = (asset: Asset.Any, observed: string | undefined) => {
    const code = options.codeVersionOf(asset)
    const isWhole = asset.storage._tag === "Ephemeral" && asset.partitioning === undefined
    return isWhole && code !== undefined && observed !== undefined
      ? fingerprint(JSON.stringify([code, observed]))
      : undefined
  }
  const sourceVersion = (source: Asset.Any, asset: Asset.Any) => {
    const last = options.recorded.get(asset.name)
    return last !== undefined &&
      isSettled(options.lastSteps.get(asset.name)) &&
      Provenance.differences(last.provenance, options.codeVersionOf(asset), {}).length === 0
      ? last.provenance.inputs[source.name]
      : undefined
  }
  /** Partitions that were made before these times were made from other data. */
  const sinceOf = (asset: Asset.Any, data: string, observed: string | undefined) => {
    const { startedAt } = options
    if (startedAt === undefined) return {}
    const last = options.recorded.get(asset.name)
    const before = last?.provenance
    // A run that failed in part is no materialization, and has recorded what it observed with its partitions.
    const seen = options.standings.get(asset.name)?.observed
    const observedSince =
      seen?.version === observed && seen !== undefined
        ? new Date(seen.since).toISOString()
        : seen === undefined && before?.observed === observed
          ? (before?.observedSince ?? last?.at ?? startedAt)
          : startedAt
    return {
      since: before?.data === data ? (before.since ?? last?.at ?? startedAt) : startedAt,
      ...(observed === undefined ? {} : { observedSince })
    }
  }
  return {
    unchanged,
    last: (asset) => options.recorded.get(asset.name),
    madeFrom: (source, assets) => {
      const versions = new Set(assets.map((asset) => sourceVersion(source, asset)))
      return versions.size === 1 ? [...versions][0] : undefined
    },
    made: (asset, reported) => {
      const isKept = asset.storage._tag === "Stored" && !asset.storage.isExternal
      const { observed } = options.observations.get(asset.name) ?? {}
      const data = reported ?? (isKept ? stored(asset) : (sourceData(asset, observed) ?? options.runId))
      current.set(asset.name, data)
      const from = originsOf(asset)
      origins.set(asset.name, from)
      return {
        code: options.codeVersionOf(asset) ?? CodeVersions.unknown,
        inputs: inputsOf(asset),
        data,
        ...sinceOf(asset, data, observed),
        ...(observed === undefined ? {} : { observed }),
        ...(from.length === 0 ? {} : { origins: from })
      }
    },
    reused: (asset) => {
      const provenance = options.recorded.get(asset.name)?.provenance
      if (provenance === undefined) return
      current.set(asset.name, provenance.data)
      origins.set(asset.name, provenance.origins ?? [])
    }
  }
}

/** Whether the observed version of an asset's source is the one it was made from. A failed observation says no. */
const isSameSource = ({ observe }: Asset.Any, before: string | undefined, now: string | undefined): boolean =>
  observe === undefined || (now !== undefined && before === now)
