import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as lines from "@sluice/core/partition/internal/lines"
import * as Runs from "@sluice/core/partition/internal/Runs"
import * as Mapping from "@sluice/core/partition/Mapping"
import * as Partitions from "@sluice/core/partition/Partitions"
import type { Slice } from "@sluice/core/partition/Slice"
import * as Cuts from "@sluice/core/plan/Cuts"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Hash from "effect/Hash"

const span = { start: "2024-08-01", end: "2024-08-06" }
const days = Partitions.daily("days", span)
const hours = Partitions.every("hours", { ...span, cron: "0 */8 * * *" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const cells = Partitions.product("cells", { day: days, region: regions })

/** Mappings between different sets, by the names of the upstream's and the reader's. */
const mappings: Readonly<Record<string, Mapping.Any>> = {
  "days hours": Mapping.overlap(days, hours),
  "hours days": Mapping.overlap(hours, days),
  "days cells": Mapping.toDimension(days, cells, "day"),
  "cells days": Mapping.fromDimension(cells, "day", days),
  "hours cells": Mapping.overlap(hours, cells),
  "cells regions": Mapping.fromDimension(cells, "region", regions),
  "regions days": Mapping.all(regions, days)
}

/** An asset of a graph that is cut at random. */
export interface Spec {
  readonly name: string
  readonly set: Partitions.Any
  readonly upstreams: ReadonlyArray<string>
  readonly policy: "each" | "single-run" | { readonly batches: number }
  readonly dependsOnPast: boolean
  readonly isStored: boolean
}

const policy = FastCheck.constantFrom<Spec["policy"]>("each", "single-run", { batches: 2 })

/**
 * Acyclic graphs of up to `most` assets that are cut. Only assets with a mapping between their sets are linked. In half of the graphs,
 * all assets have one policy, so that many are made together.
 */
export const arbitrarySpecs = (most: number): FastCheck.Arbitrary<ReadonlyArray<Spec>> =>
  FastCheck.tuple(
    FastCheck.option(policy, { nil: undefined }),
    FastCheck.array(
      FastCheck.record({
        set: FastCheck.constantFrom<Partitions.Any>(days, days, days, hours, regions, cells),
        ups: FastCheck.array(FastCheck.nat(most), { maxLength: 3 }),
        policy,
        dependsOnPast: FastCheck.nat(3).map((dice) => dice === 0),
        isStored: FastCheck.nat(3).map((dice) => dice > 0)
      }),
      { minLength: 1, maxLength: most }
    )
  ).map(([shared, all]) =>
    all.map(({ ups, ...spec }, at) => ({
      ...spec,
      name: `n${at}`,
      policy: shared ?? spec.policy,
      dependsOnPast: spec.dependsOnPast && spec.set !== regions && spec.isStored,
      upstreams: [...new Set(ups)].flatMap((up) => {
        const from = up < at ? all[up]?.set : undefined
        return from === spec.set || mappings[`${from?.name} ${spec.set.name}`] !== undefined ? [`n${up}`] : []
      })
    }))
  )

/** Rows by key. */
type Rows = Map<string, string>

/** One commit of a partition. */
interface Commit {
  readonly asset: string
  readonly key: string
  /** Whether there were rows of the partition before. */
  readonly isAgain: boolean
}

/** What the assets of a graph store, in memory: rows and marks by partition, written together. */
export interface World {
  readonly graph: AssetGraph.AssetGraph<Asset.Any>
  readonly stored: ReadonlyMap<string, Rows>
  /** The commits of stored partitions, in order. */
  readonly commits: Array<Commit>
  /** Called for each partition that is made: whether it fails. */
  breaks: (asset: string, key: string) => boolean
}

/**
 * A world whose partitions each have a row that follows from the rows that they are made from. `turns` says how long a partition takes,
 * before and after its commit.
 */
export const make = (specs: ReadonlyArray<Spec>, turns: () => number): World => {
  const stored = new Map<string, Rows>()
  const commits: Array<Commit> = []
  const assets = new Map<string, Asset.Any>()
  const world: World & { readonly graph: AssetGraph.AssetGraph<Asset.Any> } = {
    get graph() {
      return graph
    },
    stored,
    commits,
    breaks: () => false
  }
  for (const spec of specs) {
    const upstreams = Object.fromEntries(spec.upstreams.flatMap((up) => (assets.has(up) ? [[up, assets.get(up)]] : [])))
    const setOf = (up: string) => specs.find(({ name }) => name === up)?.set
    const mapped = spec.upstreams.filter((up) => setOf(up) !== spec.set)
    const rows: Rows = new Map()
    const marks = new Map<string, string>()
    if (spec.isStored) stored.set(spec.name, rows)
    const reading = (keys: Iterable<string>): Rows => new Map([...keys].map((key) => [key, rows.get(key) ?? "nothing"]))
    const storage = Storage.stored({
      kind: "file",
      load: Effect.sync(() => new Map(rows)),
      loadSlice: (slice) => Effect.sync(() => reading(slice.keys)),
      madeBy: (runId) => Effect.sync(() => [...marks].flatMap(([key, by]) => (by === runId ? [key] : [])))
    })
    const rowOf = (inputs: Inputs, { space }: Slice, index: number, made: Rows) => {
      const before = spec.dependsOnPast ? lines.previous(space, index) : undefined
      const past = before === undefined ? [] : [made.get(space.keyOf(before)) ?? rows.get(space.keyOf(before)) ?? "nothing"]
      const from = spec.upstreams.flatMap((up) => {
        const given = flat(inputs[up])
        return needed(spec.name, up, index).map((key) => given.get(key) ?? "nothing")
      })
      return String(Hash.string([spec.name, space.keyOf(index), ...past, ...from].join(" ")))
    }
    const materialize = Effect.fnUntraced(function* (inputs: Inputs, slice: Slice) {
      const { runId } = yield* StepContext
      yield* Effect.repeatN(Effect.yieldNow(), turns())
      if ([...slice.keys].some((key) => world.breaks(spec.name, key))) {
        return yield* new Fixtures.FixtureFailed({ retryable: false })
      }
      const made: Rows = new Map()
      for (const index of Runs.indices(slice.runs)) made.set(slice.space.keyOf(index), rowOf(inputs, slice, index, made))
      if (spec.isStored) {
        for (const [key, row] of made) {
          commits.push({ asset: spec.name, key, isAgain: rows.has(key) })
          rows.set(key, row)
          marks.set(key, runId)
        }
      }
      yield* Effect.repeatN(Effect.yieldNow(), turns())
      return made
    })
    assets.set(
      spec.name,
      Asset.make(spec.name, {
        partitions: spec.set,
        upstreams,
        mappings: Object.fromEntries(mapped.map((up) => [up, mappings[`${setOf(up)?.name} ${spec.set.name}`]])),
        policy: spec.policy,
        dependsOnPast: spec.dependsOnPast,
        ...(spec.isStored ? { storage } : {}),
        materialize
      } as never)
    )
  }
  const graph = Either.getOrThrow(AssetGraph.fromAssets([...assets.values()]))
  const cuts = Either.getOrThrow(Cuts.at(graph, { now: Date.now() }))
  /** The keys of the partitions of an upstream that a partition is made from. */
  const needed = (asset: string, up: string, index: number): ReadonlyArray<string> => {
    const reader = graph.assets[graph.indexOf(asset) ?? -1]
    const [own, theirs] = [cuts.spaceOf(asset), cuts.spaceOf(up)]
    if (reader === undefined || own === undefined || theirs === undefined) return []
    const one = Runs.fromRanges(own.size, [[index, index + 1]])
    return [...Runs.indices(cuts.upAs(reader, up, one))].map(theirs.keyOf)
  }
  return world
}

type Inputs = Readonly<Record<string, Given>>
/** The rows of some partitions, or those of each partition by its key. */
type Given = ReadonlyMap<string, string | ReadonlyMap<string, string>>

const flat = (given: Given = new Map()): ReadonlyMap<string, string> =>
  new Map([...given].flatMap(([key, value]) => (typeof value === "string" ? [[key, value] as const] : [...value])))
