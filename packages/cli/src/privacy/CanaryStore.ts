import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type * as Effect from "effect/Effect"
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
  /** Searches everything that the analyst can see, and its files. */
  readonly searchRest: (ledger: Ledger) => Effect.Effect<void, WarehouseFailed>
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

/** The place that a table belongs to. */
export const placeOf = (table: string): string =>
  table.startsWith("sluice_") ? place.history : table === "quarantine" ? place.quarantine : place.tables

/** Rows as one text, values apart from each other; bytes as they are. */
export const bytesOf = (rows: ReadonlyArray<ReadonlyArray<unknown>>): Uint8Array =>
  Buffer.concat(rows.flatMap((row) => row.flatMap((value) => [cell(value), separator])))

const separator = Buffer.of(0x1f)

const cell = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return Buffer.from(typeof value === "object" && value !== null ? JSON.stringify(value) : String(value))
}
