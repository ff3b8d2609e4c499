import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { WarehouseFailed } from "./WarehouseFailed.ts"

/** Where a store holds people. The tables tell whose their rows are (`subject`), and which masks their columns refer to. */
export interface ErasureSpec {
  /** Every table of the pipeline: a row that is about nobody keeps the mask value that it refers to. */
  readonly tables: ReadonlyArray<Table.Any>
  readonly masks: ReadonlyArray<Mask.Any>
  /** The sources whose quarantined rows are told apart by a person's id. */
  readonly quarantine: ReadonlyArray<string>
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

/** What a store has of a person, or had: counts, and nothing that tells who it is. It has no entry of a table that is not there. */
export interface Found {
  /** Rows, by table, in the order of the declaration; a message to oneself counts once. */
  readonly rows: Readonly<Record<string, number>>
  /** Values that no other person's row refers to, by mask table. */
  readonly masks: Readonly<Record<string, number>>
  /** Undefined if no source has rows that are told apart by a person's id. */
  readonly quarantined: number | undefined
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
