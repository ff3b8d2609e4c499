import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Asset from "../asset/Asset.ts"
import type { Failure } from "../asset/Failure.ts"
import { isByKey } from "../asset/PartitionedInputs.ts"
import { unsafeCast } from "../internal/unsafeCast.ts"
import * as Runs from "../partition/internal/Runs.ts"
import * as Slice from "../partition/Slice.ts"
import type { Cuts } from "../plan/Cuts.ts"
import type { Plan } from "../plan/Plan.ts"
import type { Kept } from "./Scheduler.ts"
import { type Given, none, onceLoaded } from "./StepNode.ts"

/** What the steps of a unit are given by those of other units. */
export interface UnitInputs {
  /** Gives values of upstreams outside of a unit to the assets that make these partitions. */
  readonly given: (sliceOf: (asset: string) => Slice.Slice | undefined) => Given
  /** Of these assets, those whose values other units read. */
  readonly keptOf: (assets: ReadonlySet<string>) => ReadonlySet<string>
  readonly keep: (values: ReadonlyMap<string, Kept>) => void
  /** Releases what was kept. */
  readonly release: Effect.Effect<void>
}

/**
 * A stored upstream is loaded, once for all its readers or for the partitions that they ask for. Another one is kept from the step
 * that made it until the run's end: a source that is read once for many partitions.
 */
export const make = (plan: Plan<Asset.Any>, cuts: Cuts, context: Context.Context<never>): UnitInputs => {
  const kept = new Map<string, Kept>()
  const loaded = new Map<string, Effect.Effect<unknown, Failure>>()
  const provided = (load: unknown) => Effect.provide(unsafeCast<Effect.Effect<unknown, Failure>>(load), context)

  const wholeOf = (upstream: Asset.Any): Effect.Effect<unknown, Failure> => {
    const known = loaded.get(upstream.name)
    if (known !== undefined || upstream.storage._tag !== "Stored") return known ?? none
    const load = onceLoaded(provided(upstream.storage.load))
    loaded.set(upstream.name, load)
    return load
  }

  const partitionsOf = (reader: Asset.Any, name: string, upstream: Asset.Any, slice: Slice.Slice | undefined) => {
    const { storage } = upstream
    const space = cuts.spaceOf(upstream.name)
    if (space === undefined || storage._tag !== "Stored" || storage.loadSlice === undefined) return wholeOf(upstream)
    const { loadSlice } = storage
    const runs = cuts.upAs(reader, name, slice?.runs)
    const loadAll = (some: Runs.Runs) => provided(loadSlice(Slice.make(space, some)))
    if (!isByKey(reader, name, upstream)) return loadAll(runs)
    const one = (index: number) =>
      Effect.map(loadAll(Runs.fromRanges(space.size, [[index, index + 1]])), (value) => [space.keyOf(index), value] as const)
    return Effect.map(Effect.forEach(Runs.indices(runs), one), (pairs) => new Map(pairs))
  }

  return {
    given: (sliceOf) => (reader, name) => {
      const upstream = reader.upstreams[name]
      if (upstream === undefined) return none
      const value = kept.get(upstream.name)?.value
      return value ?? partitionsOf(reader, name, upstream, sliceOf(reader.name))
    },
    keptOf: (assets) =>
      new Set(
        plan.graph.assets
          .filter(({ name, storage }) => assets.has(name) && storage._tag === "Ephemeral")
          .filter(({ name }) => plan.steps.some((step) => !assets.has(step.asset) && step.after.includes(name)))
          .map(({ name }) => name)
      ),
    keep: (values) => {
      for (const [name, value] of values) kept.set(name, value)
    },
    release: Effect.suspend(() => Effect.forEach(kept.values(), ({ release }) => release, { discard: true }))
  }
}
