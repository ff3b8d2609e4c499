import { createHash } from "node:crypto"
import type * as Mask from "@sluice/core/relation/Mask"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type * as Effect from "effect/Effect"
import type { Canaries } from "./Canaries.ts"
import type { MaskContents } from "./CanaryIds.ts"
import type { Ledger } from "./Ledger.ts"

/** The suite's own store, which holds only canaries and is dropped with its scope. */
export interface CanaryStore {
  /** Its name in the report: `the embedded store`. */
  readonly name: string
  /** The pipeline's settings for the store. */
  readonly env: Readonly<Record<string, string>>
  /** Wrong settings with secrets, which must be refused without printing the secrets. */
  readonly wrongSettings: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Makes the store refuse new cities, with an error that quotes them, or stops that. */
  readonly refuseCities: (refuse: boolean) => Effect.Effect<void, WarehouseFailed>
  /** Searches all tables. It is cheap, and called after every run, since the next run may remove leftovers. */
  readonly searchTables: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
  /** Searches everything that the analyst can see, and the statements that a server keeps. */
  readonly searchViews: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
  /** Searches the store's files, if they are on this machine. */
  readonly searchFiles: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
  /** Its mask tables. */
  readonly masks: Effect.Effect<ReadonlyArray<MaskContents>, WarehouseFailed>
  /** Whether an erasure removes every byte from the files. A server's logs and free pages keep them. */
  readonly filesForget: boolean
  /** Whether a started step has a staging table to load into. Assumed if only the writer can see it. */
  readonly isLoading: (table: string) => Effect.Effect<boolean, WarehouseFailed>
  /** The tables with rows, staging tables included, each with a digest of its rows. Equal digests mean unchanged rows. */
  readonly contents: Effect.Effect<ReadonlyArray<string>, WarehouseFailed>
}

/** Names of places in the report. */
export const place = {
  tables: "tables, as administrator",
  history: "run history",
  quarantine: "quarantine",
  analyst: "all that the analyst sees",
  statements: "statements that the server keeps",
  files: "database files"
} as const

/** A secret for a store's keys, made of three canaries, since one is too short. */
export const secretOf = (canaries: Canaries): string =>
  [1, 2, 3].map((part) => canaries.word(`part ${part} of SLUICE_SECRET`)).join("-")

/** The place that a table belongs to. */
export const placeOf = (table: string): string =>
  table.startsWith("sluice_") ? place.history : table === "quarantine" ? place.quarantine : place.tables

/** One table of `contents`; nothing for tables that every run writes. */
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

/** Rows as one text, with separated values; bytes are unchanged. */
export const bytesOf = (rows: ReadonlyArray<ReadonlyArray<unknown>>): Uint8Array =>
  Buffer.concat(rows.flatMap((row) => row.flatMap((value) => [cell(value), separator])))

const separator = Buffer.of(0x1f)

const cell = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return Buffer.from(typeof value === "object" && value !== null ? JSON.stringify(value) : String(value))
}
