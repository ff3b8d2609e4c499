import type * as Column from "@sluice/core/relation/Column"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Rows that are about a person: those with the person's id in one of these columns. */
export interface PersonalRows {
  readonly table: Table.Any
  readonly columns: ReadonlyArray<string>
}

/** A mask table, and the one column of the one table that refers to its ids; `person` has the id of whom a row is about. */
export interface PersonalMask {
  readonly mask: Mask.Any
  readonly table: Table.Any
  readonly person: string
  readonly reference: string
}

/** Where a store holds people. */
export interface ErasureSpec {
  readonly rows: ReadonlyArray<PersonalRows>
  readonly masks: ReadonlyArray<PersonalMask>
  /** The sources whose quarantined rows are told apart by a person's id. */
  readonly quarantine: ReadonlyArray<string>
}

/** Declares where a table has a person's id; another table's column is a compile error. */
export const rows = <C extends Table.Columns>(
  table: Table.Table<string, C>,
  ...columns: ReadonlyArray<keyof C & string>
): PersonalRows => ({ table, columns })

/** Declares which column of a table refers to a mask table's ids; a column that holds no ids of its kind does not compile. */
export const mask = <const K extends string, C extends Table.Columns>(
  maskTable: Mask.Mask<string, K>,
  table: Table.Table<string, C>,
  columns: { readonly person: keyof C & string; readonly reference: Column.OfMask<C, K> }
): PersonalMask => ({ mask: maskTable, table, ...columns })

/** What a store has of a person, or had: counts, and nothing that tells who it is. */
export interface Found {
  /** Rows, by table, in the order of the declaration; a message to oneself counts once. */
  readonly rows: Readonly<Record<string, number>>
  /** Values that no other person's row refers to, by mask table. */
  readonly masks: Readonly<Record<string, number>>
  readonly quarantined: number
  /** When the person was erased before, ISO 8601 in UTC. */
  readonly suppressedSince: string | undefined
}

/** Removes a person from a store, for good. */
export class Erasure extends Context.Tag("@sluice/warehouse/Erasure")<
  Erasure,
  {
    /** What `erase` would remove now. Changes nothing. */
    readonly preview: (spec: ErasureSpec, id: Redacted.Redacted) => Effect.Effect<Found, WarehouseFailed>
    /**
     * Removes the person's rows, the mask values that they alone had and their quarantined rows, and suppresses them, all in
     * one transaction that no publish, masking or quarantining overlaps: it waits for those that have begun, and what began
     * to read its source before is refused when it comes to write. Then overwrites what the rows have left in the store's
     * files, where these are the store's own. Answers what it removed; it may be repeated. A value that comes again later gets another random id.
     */
    readonly erase: (spec: ErasureSpec, id: Redacted.Redacted) => Effect.Effect<Found, WarehouseFailed>
    /**
     * Lets later runs bring the person in again; brings nothing back by itself. Answers when they were erased, undefined
     * where they were not.
     */
    readonly undo: (id: Redacted.Redacted) => Effect.Effect<string | undefined, WarehouseFailed>
  }
>() {}
