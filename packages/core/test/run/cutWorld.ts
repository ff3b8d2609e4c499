import * as Asset from "@sluice/core/asset/Asset"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Storage from "@sluice/core/asset/Storage"
import * as CutAssets from "@sluice/core/definitions/CutAssets"
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
import { expect } from "vitest"

const span = { start: "2024-08-01", end: "2024-08-06" }
const days = Partitions.daily("days", span)
const hours = Partitions.every("hours", { ...span, cron: "0 */8 * * *" })
const regions = Partitions.fixed("regions", ["eu", "us"])
const countries = Partitions.fixed("countries", ["de", "fr", "us"])
const cells = Partitions.product("cells", { day: days, region: regions })

/** The mappings between two sets, by the names of the upstream's and the reader's. Undefined is the same key of one set. */
const mappings: Readonly<Record<string, ReadonlyArray<Mapping.Any | undefined>>> = {
  "days days": [undefined, undefined, Mapping.overlap(days, days, { offset: -1 }), Mapping.latest(days, days)],
  "hours hours": [undefined, Mapping.latest(hours, hours)],
  "regions regions": [undefined, Mapping.table(regions, regions, { eu: ["eu", "us"] })],
  "countries countries": [undefined],
  "cells cells": [undefined, Mapping.overlap(cells, cells, { offset: -1 })],
  "days hours": [Mapping.overlap(days, hours)],
  "hours days": [Mapping.overlap(hours, days), Mapping.latest(hours, days)],
  "days cells": [Mapping.toDimension(days, cells, "day"), Mapping.latest(days, cells)],
  "cells days": [Mapping.fromDimension(cells, "day", days)],
  "hours cells": [Mapping.overlap(hours, cells)],
  "cells hours": [Mapping.overlap(cells, hours)],
  "cells regions": [Mapping.fromDimension(cells, "region", regions)],
  "regions cells": [Mapping.toDimension(regions, cells, "region")],
  "regions days": [Mapping.all(regions, days)],
  "days regions": [Mapping.latest(days, regions), Mapping.all(days, regions)],
  "countries regions": [Mapping.table(countries, regions, { eu: ["de", "fr"], us: ["us"] })],
  "regions countries": [Mapping.table(regions, countries, { de: ["eu"], fr: ["eu", "us"] })]
}

/** An asset of a graph that is cut at random. */
export interface Spec {
  readonly name: string
  /** Undefined: it is not cut. */
  readonly set: Partitions.Any | undefined
  readonly upstreams: ReadonlyArray<{ readonly name: string; readonly mapping: Mapping.Any | undefined }>
  readonly policy: "each" | "single-run" | { readonly batches: number }
  readonly dependsOnPast: boolean
  readonly lookback: number
  readonly isStored: boolean
}

/** All lengths alike. By default, most lists are short, so few graphs had an edge. */
export const spread = { size: "max" } as const

const policy = FastCheck.constantFrom<Spec["policy"]>("each", "single-run", { batches: 2 })

/**
 * How an asset may read another one; undefined if it may not. What is cut and not stored is read by the same key and policy only. What
 * is not cut and reads what is cut depends on when it is made, so only assets that are not cut read it.
 */
const linksBetween = (
  up: Pick<Spec, "isStored" | "policy" | "set">,
  isTimeless: boolean,
  down: Pick<Spec, "policy" | "set">
): ReadonlyArray<Mapping.Any | undefined> => {
  if (up.set === undefined) return down.set === undefined || isTimeless ? [undefined] : []
  if (down.set === undefined) return up.isStored ? [undefined] : []
  const isShared = up.set === down.set && JSON.stringify(up.policy) === JSON.stringify(down.policy)
  return up.isStored ? (mappings[`${up.set.name} ${down.set.name}`] ?? []) : isShared ? [undefined] : []
}

/**
 * Acyclic graphs of up to `most` assets, most of them cut. Only assets with a mapping between their sets are linked. In half of the
 * graphs, all assets have one policy, so that many are made together.
 */
export const arbitrarySpecs = (most: number): FastCheck.Arbitrary<ReadonlyArray<Spec>> =>
  FastCheck.tuple(
    FastCheck.option(policy, { nil: undefined }),
    FastCheck.array(
      FastCheck.record({
        set: FastCheck.constantFrom<Spec["set"]>(days, days, days, hours, regions, countries, cells, cells, undefined),
        ups: FastCheck.array(FastCheck.tuple(FastCheck.nat(most), FastCheck.nat(11)), { maxLength: 3, ...spread }),
        policy,
        dependsOnPast: FastCheck.nat(3).map((dice) => dice === 0),
        lookback: FastCheck.constantFrom(0, 0, 0, 1, 2),
        isStored: FastCheck.nat(3).map((dice) => dice > 0)
      }),
      { minLength: 1, maxLength: most, ...spread }
    )
  ).map(([shared, all]) => {
    const specs: Array<Spec> = []
    const timeless = new Set<string>()
    for (const [at, { ups, ...drawn }] of all.entries()) {
      const hasTime = [days, hours, cells].some((set) => set === drawn.set)
      const spec = { ...drawn, name: `n${at}`, policy: shared ?? drawn.policy }
      const seen = new Set<number>()
      const upstreams = ups.flatMap(([drawnUp, dice]) => {
        const up = drawnUp % Math.max(1, at)
        const from = specs[up]
        if (from === undefined || seen.has(up)) return []
        seen.add(up)
        const links = linksBetween(from, timeless.has(from.name), spec)
        return links.length === 0 ? [] : [{ name: from.name, mapping: links[dice % links.length] }]
      })
      if (spec.set === undefined && upstreams.every(({ name }) => timeless.has(name))) timeless.add(spec.name)
      specs.push({
        ...spec,
        upstreams,
        dependsOnPast: spec.dependsOnPast && hasTime && spec.isStored,
        lookback: hasTime && spec.isStored ? spec.lookback : 0
      })
    }
    return specs
  })

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
    const upstreams = Object.fromEntries(spec.upstreams.map(({ name }) => [name, assets.get(name)]))
    const mapped = spec.upstreams.flatMap(({ mapping, name }) => (mapping === undefined ? [] : [[name, mapping]]))
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
      const from = spec.upstreams.flatMap(({ name }) => {
        const given = flat(inputs[name])
        return needed(spec.name, name, index).map((key) => given.get(key) ?? "nothing")
      })
      return String(Hash.string([spec.name, space.keyOf(index), ...past, ...from].join(" ")))
    }
    /** The one row of an asset that is not cut, from all that its upstreams have. */
    const wholeOf = (inputs: Inputs): Rows => {
      const from = spec.upstreams.map(({ name }) => [...flat(inputs[name])].map(([key, row]) => `${key} ${row}`).sort())
      return new Map([[whole, String(Hash.string([spec.name, ...from.flat()].join(" ")))]])
    }
    const materializeWhole = Effect.fnUntraced(function* (inputs: Inputs) {
      yield* Effect.repeatN(Effect.yieldNow(), turns())
      if (world.breaks(spec.name, whole)) return yield* new Fixtures.FixtureFailed({ retryable: false })
      const made = wholeOf(inputs)
      if (spec.isStored) for (const [key, row] of made) rows.set(key, row)
      yield* Effect.repeatN(Effect.yieldNow(), turns())
      return made
    })
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
        upstreams,
        ...(spec.isStored ? { storage } : {}),
        ...(spec.set === undefined
          ? { materialize: materializeWhole }
          : {
              ...{ partitions: spec.set, mappings: Object.fromEntries(mapped), policy: spec.policy, materialize },
              ...{ dependsOnPast: spec.dependsOnPast, lookback: spec.lookback }
            })
      } as never)
    )
  }
  expect(CutAssets.problems([...assets.values()], Date.now())).toStrictEqual([])
  const graph = Either.getOrThrow(AssetGraph.fromAssets([...assets.values()]))
  const cuts = Either.getOrThrow(Cuts.at(graph, { now: Date.now() }))
  /** The keys of the partitions of an upstream that a partition is made from. */
  const needed = (asset: string, up: string, index: number): ReadonlyArray<string> => {
    const reader = graph.assets[graph.indexOf(asset) ?? -1]
    const [own, theirs] = [cuts.spaceOf(asset), cuts.spaceOf(up)]
    if (theirs === undefined) return [whole]
    if (reader === undefined || own === undefined) return []
    const one = Runs.fromRanges(own.size, [[index, index + 1]])
    return [...Runs.indices(cuts.upAs(reader, up, one))].map(theirs.keyOf)
  }
  return world
}

/** The key of the row of an asset that is not cut. */
const whole = "all"

type Inputs = Readonly<Record<string, Given>>
/** The rows of some partitions, or those of each partition by its key. */
type Given = ReadonlyMap<string, string | ReadonlyMap<string, string>>

const flat = (given: Given = new Map()): ReadonlyMap<string, string> =>
  new Map([...given].flatMap(([key, value]) => (typeof value === "string" ? [[key, value] as const] : [...value])))
