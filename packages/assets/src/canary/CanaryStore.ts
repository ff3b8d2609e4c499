import { createHash } from "node:crypto"
import type * as Mask from "@sluice/core/relation/Mask"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type * as Effect from "effect/Effect"
import type { Canaries } from "./Canaries.ts"
import type { MaskContents } from "./CanaryIds.ts"
import type { Ledger } from "./Ledger.ts"

/** A store of the suite's own, that holds nothing but canaries and is gone with its scope. */
export interface CanaryStore {
  /** In words: `the embedded store`. */
  readonly name: string
  /** The settings by which the pipeline uses it. */
  readonly env: Readonly<Record<string, string>>
  /** Settings that are wrong and hold secrets, and so must be refused without telling them. */
  readonly wrongSettings: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** From here on it refuses cities that are new, in an error that quotes them; or no more. */
  readonly refuseCities: (refuse: boolean) => Effect.Effect<void, WarehouseFailed>
  /** Searches all its tables. Cheap: for after every run, as what a run leaves may be gone after the next. */
  readonly searchTables: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
  /** Searches everything that the analyst can see, and the statements that a server keeps. */
  readonly searchViews: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
  /** Searches its files, as far as this machine has them. */
  readonly searchFiles: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
  /** Its mask tables. */
  readonly masks: Effect.Effect<ReadonlyArray<MaskContents>, WarehouseFailed>
  /** Whether an erasure reaches every byte of its files; in those of a server, logs and free pages remember. */
  readonly filesForget: boolean
  /** Whether a table whose step has begun has a staging table to load into; assumed where only the writer could see it. */
  readonly isLoading: (table: string) => Effect.Effect<boolean, WarehouseFailed>
  /** The tables that hold rows, staging tables included, each with a digest of its rows: equal before and after, nothing changed. */
  readonly contents: Effect.Effect<ReadonlyArray<string>, WarehouseFailed>
}

/** Names of places, in the words of the report. */
export const place = {
  tables: "tables, as administrator",
  history: "run history",
  quarantine: "quarantine",
  analyst: "all that the analyst sees",
  statements: "statements that the server keeps",
  files: "database files"
} as const

/** A secret for a store's keys: of three canaries, since one is too short for it. */
export const secretOf = (canaries: Canaries): string =>
  [1, 2, 3].map((part) => canaries.word(`part ${part} of SLUICE_SECRET`)).join("-")

/** The place that a table belongs to. */
export const placeOf = (table: string): string =>
  table.startsWith("sluice_") ? place.history : table === "quarantine" ? place.quarantine : place.tables

/** One table of `contents`; nothing for those that every run writes. */
export const digestOf = (table: string, rows: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<string> => {
  if (placeOf(table) !== place.tables) return []
  const sorted = rows
    .map((row) =>
      createHash("sha256")
        .update(bytesOf([row]))
        .digest("hex")
    )
    .sort()
  return [`${table}: ${rows.length} rows, ${createHash("sha256").update(sorted.join()).digest("hex")}`]
}

/** A mask table with its rows `[id, value]`. */
export const maskOf = ({ kind, name }: Mask.Any, rows: ReadonlyArray<ReadonlyArray<unknown>>): MaskContents => ({
  table: name,
  kind,
  rows: rows.map(([id, value]) => ({ id: Number(id), value: String(value) }))
})

/** Rows as one text, values apart from each other; bytes as they are. */
export const bytesOf = (rows: ReadonlyArray<ReadonlyArray<unknown>>): Uint8Array =>
  Buffer.concat(rows.flatMap((row) => row.flatMap((value) => [cell(value), separator])))

const separator = Buffer.of(0x1f)

const cell = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return Buffer.from(typeof value === "object" && value !== null ? JSON.stringify(value) : String(value))
}
