import * as Standing from "../../partition/Standing.ts"
import type * as Stored from "../../partition/Stored.ts"
import { type PartitionEvent, type PartitionRecord, recordsOf } from "../PartitionRecord.ts"

/** What a store in memory knows of the partitions of assets. */
export interface PartitionHistory {
  readonly add: (event: PartitionEvent) => void
  readonly standings: () => ReadonlyMap<string, Standing.Standing>
  readonly recordsOf: (asset: string, partitions: Stored.Stored, limit: number) => ReadonlyArray<PartitionRecord>
  /** Removes partitions from an asset's standing. */
  readonly forget: (asset: string, partitions: Stored.Stored) => void
  /** Removes an asset's standing. */
  readonly forgetAll: (asset: string) => void
  /** Folds the standing again from the events. */
  readonly rebuild: (asset?: string) => void
  /** Removes the events of runs; standings stay. */
  readonly prune: (runs: ReadonlySet<string>) => void
}

export const make = (): PartitionHistory => {
  const standings = new Map<string, Standing.Standing>()
  const eventsOf = new Map<string, Array<PartitionEvent>>()
  /** The standing that the events after the first `count` ones are applied to. */
  const bases = new Map<string, { readonly standing: Standing.Standing | undefined; readonly count: number }>()
  const set = (asset: string, standing: Standing.Standing | undefined) =>
    standing === undefined ? standings.delete(asset) : standings.set(asset, standing)
  const setBase = (asset: string, standing: Standing.Standing | undefined) => {
    set(asset, standing)
    bases.set(asset, { standing, count: eventsOf.get(asset)?.length ?? 0 })
  }
  return {
    add: (event) => {
      const events = eventsOf.get(event.asset)
      if (events === undefined) eventsOf.set(event.asset, [event])
      else events.push(event)
      set(event.asset, next(standings.get(event.asset), event))
    },
    standings: () => new Map(standings),
    recordsOf: (asset, partitions, limit) =>
      (eventsOf.get(asset) ?? [])
        .toReversed()
        .flatMap((event) => recordsOf(event, partitions))
        .slice(0, limit),
    forget: (asset, partitions) => {
      const standing = standings.get(asset)
      if (standing !== undefined) setBase(asset, Standing.forget(standing, partitions))
    },
    forgetAll: (asset) => setBase(asset, undefined),
    rebuild: (only) => {
      for (const [asset, events] of eventsOf) {
        if (only !== undefined && only !== asset) continue
        const { count, standing } = bases.get(asset) ?? { count: 0, standing: undefined }
        set(asset, events.slice(count).reduce(next, standing))
      }
    },
    prune: (runs) => {
      for (const [asset, events] of eventsOf) {
        const kept = events.filter(({ runId }) => !runs.has(runId))
        if (kept.length === events.length) continue
        eventsOf.set(asset, kept)
        setBase(asset, standings.get(asset))
      }
    }
  }
}

const next = (standing: Standing.Standing | undefined, event: PartitionEvent): Standing.Standing | undefined =>
  event._tag === "PartitionsSkipped" ? standing : Standing.after(standing, event)
