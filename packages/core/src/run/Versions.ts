import type * as Asset from "../asset/Asset.ts"
import * as CodeVersions from "../asset/CodeVersions.ts"
import { fingerprint } from "../internal/fingerprint.ts"
import { isSource } from "../plan/Plan.ts"
import * as Provenance from "../plan/Provenance.ts"
import { isUnobserved } from "../plan/Staleness.ts"
import type { Observations } from "./Observations.ts"
import { isSettled, type LastStep, type Materialization } from "./RunRecord.ts"

/** The data versions of one run: what its steps have in their hands, and what history says. */
export interface Versions {
  /** The asset's last materialization, if it was made of exactly what it would be made of now. */
  readonly unchanged: (asset: Asset.Any) => Materialization | undefined
  readonly last: (asset: Asset.Any) => Materialization | undefined
  /**
   * The data version of `source` that all of these assets were last made from, with the code and settings of today, if there
   * is one such version and they are what was recorded then.
   */
  readonly madeFrom: (source: Asset.Any, assets: ReadonlyArray<Asset.Any>) => string | undefined
  /** Notes that a step has made its data, and answers of what. `reported` is the version that the asset told, if it did. */
  readonly made: (asset: Asset.Any, reported: string | undefined) => Provenance.Provenance
  /** Notes that a step goes by the data of the last materialization. */
  readonly reused: (asset: Asset.Any) => void
}

/**
 * Stored data that is new is told apart by what it was made of and by the run that made what it takes the place of: runs that
 * are carried out at once make the same of the same. Data that nothing else identifies is told apart by its run.
 */
export const make = (options: {
  readonly runId: string
  /** Where the run reads its sources. */
  readonly origin: string | undefined
  readonly recorded: ReadonlyMap<string, Materialization>
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
   * As of the run's start, of which rivals know the same; what was lost, or perhaps published and not recorded, nobody
   * knows.
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
  const sourceVersion = (source: Asset.Any, asset: Asset.Any) => {
    const last = options.recorded.get(asset.name)
    return last !== undefined &&
      isSettled(options.lastSteps.get(asset.name)) &&
      Provenance.differences(last.provenance, options.codeVersionOf(asset), {}).length === 0
      ? last.provenance.inputs[source.name]
      : undefined
  }
  return {
    unchanged,
    last: (asset) => options.recorded.get(asset.name),
    madeFrom: (source, assets) => {
      const versions = new Set(assets.map((asset) => sourceVersion(source, asset)))
      return versions.size === 1 ? [...versions][0] : undefined
    },
    made: (asset, reported) => {
      const data = reported ?? (asset.storage._tag === "Stored" ? stored(asset) : options.runId)
      current.set(asset.name, data)
      const from = originsOf(asset)
      origins.set(asset.name, from)
      const { observed } = options.observations.get(asset.name) ?? {}
      return {
        code: options.codeVersionOf(asset) ?? CodeVersions.unknown,
        inputs: inputsOf(asset),
        data,
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

/** Whether what an asset reads besides its upstreams is what it was made from. An observation that failed tells nothing. */
const isSameSource = ({ observe }: Asset.Any, before: string | undefined, now: string | undefined): boolean =>
  observe === undefined || (now !== undefined && before === now)
