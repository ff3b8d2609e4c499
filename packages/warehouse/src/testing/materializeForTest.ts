import type * as Asset from "@sluice/core/asset/Asset"
import type { Failure } from "@sluice/core/asset/Failure"
import type { Metadata } from "@sluice/core/asset/Metadata"
import * as Dataset from "@sluice/core/data/Dataset"
import { Spill } from "@sluice/core/data/Spill"
import type * as Table from "@sluice/core/relation/Table"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import type { Suppressions } from "@sluice/core/source/Suppressions"
import { runForTest } from "@sluice/core/testing/runForTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import { rowsOf } from "../internal/libsqlDriver.ts"
import type { PiiMasker } from "../PiiMasker.ts"
import type { Published, Warehouse } from "../Warehouse.ts"
import { TestWarehouse, type Write } from "./TestWarehouse.ts"

/** What materializing one asset did. */
export interface Tested<A> {
  readonly value: A
  /** The rows that it published, or those of its dataset; none where its value is neither. */
  readonly rows: ReadonlyArray<RowOf<A>>
  /** The events of a run of this one step. */
  readonly events: ReadonlyArray<RunEvent>
  /** All that it wrote: tables, views, mask tables and quarantine, in order. */
  readonly writes: ReadonlyArray<Write>
  readonly metadata: Metadata
}

/** The type of the rows that an asset's value stands for. */
export type RowOf<A> =
  A extends Published<infer T extends Table.Any> ? Table.Row<T> : A extends Dataset.Dataset<infer Row> ? Row : never

/** The services that `materializeForTest` provides. */
export type Provided = Warehouse | PiiMasker | Quarantine | Suppressions | Spill | TestWarehouse

/**
 * Materializes one asset in memory with upstream values of your choice: no database, no network, no graph, no checks. What
 * else the asset needs, an API for one, remains to be provided. Fails with the asset's own errors.
 *
 * ```ts
 * const { rows } = yield* materializeForTest(usersRaw, { users: Dataset.of(ada), cities: MaskMap.of("city", { London: 1 }) })
 * ```
 */
export const materializeForTest = <A, E extends Failure, R, Up extends Asset.Upstreams>(
  asset: Asset.Asset<string, A, E, R, Up>,
  inputs: Asset.Inputs<Up>
): Effect.Effect<Tested<A>, E, Exclude<R, Provided>> =>
  Effect.gen(function* () {
    const { events, metadata, value } = yield* runForTest(asset, inputs)
    const { writes } = yield* TestWarehouse
    const written = yield* writes
    return { value, rows: rowsOf<RowOf<A>>(yield* rowsIn(value, written)), events, writes: written, metadata }
  }).pipe(Effect.scoped, Effect.provide(memory))

const memory = Layer.merge(TestWarehouse.layerMemory, Spill.layerMemory)

const rowsIn = (value: unknown, writes: ReadonlyArray<Write>): Effect.Effect<ReadonlyArray<unknown>> => {
  if (isDataset(value)) return Effect.orDie(Dataset.toArray(value))
  const name =
    Predicate.hasProperty(value, "relation") && Predicate.hasProperty(value.relation, "name")
      ? value.relation.name
      : undefined
  return Effect.succeed(writes.findLast(({ kind, relation }) => kind === "table" && relation === name)?.rows ?? [])
}

const isDataset = (value: unknown): value is Dataset.Dataset<unknown> => Predicate.hasProperty(value, Dataset.TypeId)
