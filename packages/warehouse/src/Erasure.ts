import type * as Partitions from "@sluice/core/partition/Partitions"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/**
 * Where a store keeps data about people. Tables declare whose their rows are (`subject`), and their columns declare the masks
 * that they refer to.
 */
export interface ErasureSpec {
  /** Every table of the pipeline. A row about nobody also keeps the mask value that it refers to. */
  readonly tables: ReadonlyArray<Table.Any>
  readonly masks: ReadonlyArray<Mask.Any>
  /** The sources whose quarantined rows have a person's id. */
  readonly quarantine: ReadonlyArray<string>
  /** The tables that are cut by mask ids. Default: none. */
  readonly cuts?: ReadonlyArray<CutByMask>
}

/** A table that is cut by mask ids, which are the keys of a dynamic set. */
export interface CutByMask {
  readonly asset: string
  readonly table: Table.Any
  /** The column with the mask ids. */
  readonly column: string
  readonly set: Partitions.Dynamic<string>
  /** The place of the mask id among the parts of a partition's key, counted from 0. */
  readonly at: number
}

/** A column with ids of a mask table. */
export interface Reference {
  readonly table: Table.Any
  readonly column: string
}

/** The tables whose rows are about people. */
export const personalTables = ({ tables }: Pick<ErasureSpec, "tables">): ReadonlyArray<Table.Any> =>
  tables.filter(({ subject }) => subject.length > 0)

/** The columns that refer to a mask table. */
export const references = (
  { tables }: Pick<ErasureSpec, "tables">,
  { kind }: Pick<Mask.Any, "kind">
): ReadonlyArray<Reference> =>
  tables.flatMap((table) =>
    Object.entries(table.columns).flatMap(([column, { maskOf }]) => (maskOf === kind ? [{ table, column }] : []))
  )

/**
 * What a store has, or had, about a person: counts, and nothing that identifies the person. Tables that do not exist have no
 * entry.
 */
export interface Found {
  /** Rows by table, in the order of the declaration. A message to oneself counts once. */
  readonly rows: Readonly<Record<string, number>>
  /** Values by mask table that no other person's row refers to. */
  readonly masks: Readonly<Record<string, number>>
  /** Undefined if no source has quarantined rows with a person's id. */
  readonly quarantined: number | undefined
  /** The keys of dynamic sets that are mask ids of removed values, by set. Undefined if no table is cut by mask ids. */
  readonly keys?: Readonly<Record<string, ReadonlyArray<string>>>
  /** The time of an earlier erasure, ISO 8601 in UTC. */
  readonly suppressedSince: string | undefined
}

/** Erases a person from a store. */
export class Erasure extends Context.Tag("@sluice/warehouse/Erasure")<
  Erasure,
  {
    /** Counts what `erase` would remove now. Changes nothing. */
    readonly preview: (spec: ErasureSpec, id: Redacted.Redacted) => Effect.Effect<Found, WarehouseFailed>
    /**
     * Deletes the person's rows, the mask values that only they had, the marks of the partitions of these values and their
     * quarantined rows, and suppresses their id, in one transaction. It waits for publishes, masking and quarantining in progress. Runs that have begun to read a source are
     * refused when they write. Then it overwrites the remains of the rows in the store's files, if the store owns them. Returns
     * what it removed; it can be repeated. If a value comes again, it gets another random id.
     */
    readonly erase: (spec: ErasureSpec, id: Redacted.Redacted) => Effect.Effect<Found, WarehouseFailed>
    /**
     * Lets later runs load the person again. Restores nothing by itself. Returns the time of the erasure; undefined if there
     * was none.
     */
    readonly undo: (id: Redacted.Redacted) => Effect.Effect<string | undefined, WarehouseFailed>
  }
>() {}
