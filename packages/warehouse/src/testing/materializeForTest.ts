import type * as Asset from "@sluice/core/asset/Asset"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { Failure } from "@sluice/core/asset/Failure"
import type { Metadata } from "@sluice/core/asset/Metadata"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import type { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import * as PartitionText from "@sluice/core/partition/PartitionText"
import * as Slice from "@sluice/core/partition/Slice"
import * as Units from "@sluice/core/plan/Units"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import type { Suppressions } from "@sluice/core/source/Suppressions"
import { type Checked, runForTest } from "@sluice/core/testing/runForTest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { rowsOf } from "../internal/libsqlDriver.ts"
import type { PiiMasker } from "../PiiMasker.ts"
import { type Published, Warehouse } from "../Warehouse.ts"
import type { WarehousePorts } from "../WarehousePorts.ts"
import { type Contents, contentsOf, type Seed } from "./published.ts"
import * as Seeding from "./Seeding.ts"
import { TestWarehouse, type Write } from "./TestWarehouse.ts"

/** The result of materializing one asset. */
export interface Tested<A> {
  readonly value: A
  /** The rows of the table or view that it published, as a reader sees them, or those of its dataset; otherwise none. */
  readonly rows: ReadonlyArray<RowOf<A>>
  /** The result of each check. A failed blocking check fails the effect. */
  readonly checks: ReadonlyArray<Checked>
  /** The events of a run of this one step. */
  readonly events: ReadonlyArray<RunEvent>
  /** All writes: tables, views, mask tables and quarantine, in order. */
  readonly writes: ReadonlyArray<Write>
  readonly metadata: Metadata
}

/** The row type of an asset's value. */
export type RowOf<A> =
  A extends Published<infer T extends Table.Any | View.Any>
    ? Table.Row<T>
    : A extends Dataset.Dataset<infer Row>
      ? Row
      : never

/** The services that `materializeForTest` provides. */
export type Provided = WarehousePorts | PiiMasker | Quarantine | Suppressions | DynamicKeys | Spill | TestWarehouse

/**
 * Materializes one asset in an embedded store in memory, with upstream values of your choice and without a graph or a network.
 * Blocking checks run on the staged rows, and the others on the published rows. Provide the other services that the asset
 * needs, such as an API. It fails with the asset's own error, or with `CheckFailed`.
 *
 * `published` and `masked` are the values of upstreams in the store. `seed` takes further relations that the asset or its
 * checks read, such as its own table before the run. `partition` says which partitions of an asset that is cut are made,
 * in one call.
 *
 * ```ts
 * const { rows } = yield* materializeForTest(usersRaw, { users: Dataset.of(ada), cities: MaskMap.of("city", { London: 1 }) })
 * ```
 */
export const materializeForTest = <A, E extends Failure, R, Up extends Asset.Upstreams, P, M, Pol>(
  asset: Asset.Asset<string, A, E, R, Up, unknown, P, M, Pol>,
  inputs: Asset.Inputs<Up, P, M, Pol>,
  options: Options = {}
): Effect.Effect<Tested<A>, E | CheckFailed, Exclude<R, Provided>> =>
  Effect.gen(function* () {
    const { seed, writes } = yield* TestWarehouse
    const contents = [...(options.seed ?? []), ...Object.values(inputs)].flatMap((value) => contentsOf(value) ?? [])
    yield* Effect.orDie(seed(contents))
    const slice = yield* sliceOf(asset, options.partition)
    const own = asset.storage._tag === "Stored" ? asset.storage.relation : undefined
    for (const content of contents) {
      // As a table that was made partition by partition.
      if (slice === undefined || content._tag !== "Relation" || content.relation !== own) continue
      if (content.relation._tag !== "Table") continue
      yield* Effect.orDie((yield* Warehouse).cutInto(content.relation, slice.space, { adopt: true }))
    }
    const lastRunId = isSeeded(asset, contents) ? Seeding.runId : undefined
    const { checks, events, metadata, value } = yield* runForTest(asset, inputs, { lastRunId, slice })
    const written = yield* writes
    return { value, rows: rowsOf<RowOf<A>>(yield* rowsIn(value, written)), checks, events, writes: written, metadata }
  }).pipe(Effect.scoped, Effect.provide(services))

export interface Options {
  /** Further relations that the asset or its checks read. */
  readonly seed?: ReadonlyArray<Seed>
  /**
   * The partition to make, such as `2024-08-01` or `2024-08-01|eu`; or several that the asset makes in one call, by its policy:
   * `2024-08-01..2024-08-03`.
   */
  readonly partition?: string
}

/** The partitions of a set that a test names. Every window before 2100 is complete, whatever the test's clock shows. */
const sliceOf = (asset: Asset.Any, partition: string | undefined): Effect.Effect<Slice.Slice | undefined> =>
  Effect.suspend(() => {
    const wrong = (problem: string) => Effect.die(new Error(`materializeForTest(${asset.name}): ${problem}`))
    const { partitioning } = asset
    const set = partitioning?.partitions
    if (partitioning === undefined || set === undefined) {
      return partition === undefined ? Effect.succeed(undefined) : wrong("it has no partitions. Leave out `partition`.")
    }
    if (partition === undefined) return wrong(`it is cut by ${set.name}. Say which partition it makes: { partition: "…" }.`)
    const keysOf = () => [...new Set(partition.split(/[|,]/).map((key) => key.trim()))]
    const found = Either.flatMap(
      Either.mapLeft(set.at({ now: Date.UTC(2100, 0, 1), keysOf }), ({ message }) => message),
      (space) => Either.map(PartitionText.parse(space, partition), (runs) => Slice.make(space, runs))
    )
    if (Either.isLeft(found)) return wrong(found.left)
    const { first, runs, space } = found.right
    const calls = Units.countSlices({ space, runs, policy: partitioning.policy, edges: [] })
    return calls === 1
      ? Effect.succeed(found.right)
      : wrong(`its policy makes ${partition} in ${calls} calls. Name the partitions of one call, such as ${first}.`)
  })

// A driver that cannot be loaded is not a failure of the asset.
const services = Layer.merge(Layer.orDie(TestWarehouse.layer), Spill.layerMemory)

/** Whether the asset's own relation has rows from an earlier run. */
const isSeeded = ({ storage }: Asset.Any, contents: ReadonlyArray<Contents>): boolean =>
  storage._tag === "Stored" &&
  contents.some((content) => content._tag === "Relation" && content.relation === storage.relation)

const rowsIn = (value: unknown, writes: ReadonlyArray<Write>): Effect.Effect<ReadonlyArray<unknown>> => {
  if (isDataset(value)) return Effect.orDie(Dataset.toArray(value))
  const name =
    Predicate.hasProperty(value, "relation") && Predicate.hasProperty(value.relation, "name")
      ? value.relation.name
      : undefined
  const isOwn = ({ kind, relation }: Write) => (kind === "table" || kind === "view") && relation === name
  return Effect.succeed(writes.findLast(isOwn)?.rows ?? [])
}

const isDataset = (value: unknown): value is Dataset.Dataset<unknown> => Predicate.hasProperty(value, Dataset.TypeId)
