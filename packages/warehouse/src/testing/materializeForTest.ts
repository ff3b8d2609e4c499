import type * as Asset from "@sluice/core/asset/Asset"
import type { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { Failure } from "@sluice/core/asset/Failure"
import type { Metadata } from "@sluice/core/asset/Metadata"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import type { DynamicKeys } from "@sluice/core/partition/DynamicKeys"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import type { Suppressions } from "@sluice/core/source/Suppressions"
import { type Checked, runForTest } from "@sluice/core/testing/runForTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { rowsOf } from "../internal/libsqlDriver.ts"
import type { PiiMasker } from "../PiiMasker.ts"
import type { Published } from "../Warehouse.ts"
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
 * checks read, such as its own table before the run.
 *
 * ```ts
 * const { rows } = yield* materializeForTest(usersRaw, { users: Dataset.of(ada), cities: MaskMap.of("city", { London: 1 }) })
 * ```
 */
export const materializeForTest = <A, E extends Failure, R, Up extends Asset.Upstreams>(
  asset: Asset.Asset<string, A, E, R, Up>,
  inputs: Asset.Inputs<Up>,
  options: { readonly seed?: ReadonlyArray<Seed> } = {}
): Effect.Effect<Tested<A>, E | CheckFailed, Exclude<R, Provided>> =>
  Effect.gen(function* () {
    const { seed, writes } = yield* TestWarehouse
    const contents = [...(options.seed ?? []), ...Object.values(inputs)].flatMap((value) => contentsOf(value) ?? [])
    yield* Effect.orDie(seed(contents))
    const lastRunId = isSeeded(asset, contents) ? Seeding.runId : undefined
    const { checks, events, metadata, value } = yield* runForTest(asset, inputs, { lastRunId })
    const written = yield* writes
    return { value, rows: rowsOf<RowOf<A>>(yield* rowsIn(value, written)), checks, events, writes: written, metadata }
  }).pipe(Effect.scoped, Effect.provide(services))

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
