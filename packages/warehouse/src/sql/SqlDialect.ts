import type { SqlError } from "@effect/sql/SqlError"
import type { WarehouseFailed } from "../WarehouseFailed.ts"

/** What the shared adapters need to know about a database: its syntax, its limits and the meaning of its errors. */
export interface SqlDialect {
  readonly name: "sqlite" | "mysql"
  /** Quotes an identifier. */
  readonly quote: (identifier: string) => string
  /** Quotes a table, with its schema if it needs one. */
  readonly table: (name: string) => string
  readonly types: {
    /** Text of at most `maxLength` characters, compared by its exact bytes; may be a key. */
    readonly text: (maxLength: number) => string
    /** Text of any length. */
    readonly longText: string
    readonly integer: string
    readonly double: string
    /** Bytes of any length. */
    readonly bytes: string
    /** The 32 bytes of a SHA-256; may be a key. */
    readonly hash: string
  }
  /** An expression for the database's current time, as ISO 8601 in UTC: `2024-03-01T09:30:00.000Z`. */
  readonly now: string
  /** A query for the column names of a table, as `name`. */
  readonly columnsOf: (table: string) => string
  /** The column that numbers a table's rows in insertion order; `type` is undefined if every table has one. */
  readonly insertionOrder: { readonly column: string; readonly type: string | undefined }
  /** The end of a CREATE TABLE: engine, character set and collation, if any. */
  readonly tableOptions: string
  /** Makes a SELECT lock its rows until the transaction ends; empty if transactions exclude each other anyway. */
  readonly forUpdate: string
  /** The words before the table of an INSERT that skips rows whose key exists. */
  readonly insertIgnore: string
  /** The words after the VALUES of an INSERT that updates `columns` of rows whose `keys` exist. */
  readonly upsert: (keys: ReadonlyArray<string>, columns: ReadonlyArray<string>) => string
  /** An expression that returns a text column unchanged, as text or as UTF-8 bytes. Read it with `textOf`. */
  readonly exactText: (column: string) => string
  /** The most placeholders in one statement. */
  readonly maxParameters: number
  /** The most bytes of values in one statement; a single row may be longer. */
  readonly maxBytes: number
  /** Translates a driver error, without any value. `operation` follows "could not": `publish orders`. */
  readonly translate: (operation: string, error: SqlError) => WarehouseFailed
}

/** A dialect for the rows of one pipeline in the internal tables. */
export interface PipelineDialect extends SqlDialect {
  readonly pipeline: string
}

/** Adds a pipeline to a dialect. */
export const ofPipeline = (dialect: SqlDialect, pipeline: string): PipelineDialect => ({ ...dialect, pipeline })

/** A value that every driver binds. */
export type Parameter = string | number | bigint | Uint8Array | null

/** The text of a value selected by `exactText`. */
export const textOf = (value: string | ArrayBuffer | Uint8Array): string =>
  typeof value === "string" ? value : new TextDecoder("utf-8", { ignoreBOM: true }).decode(value)

/** `CREATE TABLE IF NOT EXISTS` with columns as `[name, type]`, and keys and constraints as SQL. */
export const createTable = (
  dialect: SqlDialect,
  name: string,
  columns: ReadonlyArray<readonly [name: string, type: string]>,
  constraints: ReadonlyArray<string>
): string => {
  const lines = [...columns.map(([column, type]) => `${dialect.quote(column)} ${type}`), ...constraints]
  return `CREATE TABLE IF NOT EXISTS ${dialect.table(name)} (${lines.join(", ")}) ${dialect.tableOptions}`.trimEnd()
}

/** Quoted column names, separated by commas. */
export const columnList = (dialect: Pick<SqlDialect, "quote">, columns: ReadonlyArray<string>): string =>
  columns.map(dialect.quote).join(", ")
