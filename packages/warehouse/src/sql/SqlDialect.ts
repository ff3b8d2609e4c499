import type { SqlError } from "@effect/sql/SqlError"
import type { WarehouseFailed } from "../WarehouseFailed.ts"

/** What the portable adapters must know of a database: how it says things, its limits, and what its errors mean. */
export interface SqlDialect {
  readonly name: "sqlite" | "mysql"
  /** An identifier as statements write it. */
  readonly quote: (identifier: string) => string
  /** A table as statements name it: quoted, with its schema where it needs one. */
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
  /** An expression for the database's own time, as ISO 8601 in UTC: `2024-03-01T09:30:00.000Z`. */
  readonly now: string
  /** A query for the names of a table's columns, as `name`. */
  readonly columnsOf: (table: string) => string
  /** The column that numbers a table's rows in the order of their insertion; `type` is undefined if every table has one. */
  readonly insertionOrder: { readonly column: string; readonly type: string | undefined }
  /** What ends a CREATE TABLE: engine, character set and collation, where there are any. */
  readonly tableOptions: string
  /** What makes a SELECT lock the rows it reads until its transaction ends; empty where transactions exclude each other. */
  readonly forUpdate: string
  /** The words before the table of an INSERT that passes over rows whose key is there already. */
  readonly insertIgnore: string
  /** The words after the VALUES of an INSERT that replaces `columns` of rows whose `keys` are there already. */
  readonly upsert: (keys: ReadonlyArray<string>, columns: ReadonlyArray<string>) => string
  /** An expression for a text column whose value comes back whole, as text or as UTF-8 bytes: read it with `textOf`. */
  readonly exactText: (column: string) => string
  /** The most placeholders in one statement. */
  readonly maxParameters: number
  /** The most bytes of values in one statement; a single row may be longer. */
  readonly maxBytes: number
  /** What an error of the driver means, told without a value. `operation` reads after "could not": `publish orders`. */
  readonly translate: (operation: string, error: SqlError) => WarehouseFailed
}

/** The same, and the pipeline whose rows of the internal tables are meant. */
export interface PipelineDialect extends SqlDialect {
  readonly pipeline: string
}

/** The words of a pipeline's own rows. */
export const ofPipeline = (dialect: SqlDialect, pipeline: string): PipelineDialect => ({ ...dialect, pipeline })

/** A value that every driver binds. */
export type Parameter = string | number | bigint | Uint8Array | null

/** The text of a value that was selected by `exactText`. */
export const textOf = (value: string | ArrayBuffer | Uint8Array): string =>
  typeof value === "string" ? value : new TextDecoder("utf-8", { ignoreBOM: true }).decode(value)

/** `CREATE TABLE IF NOT EXISTS` with columns as `[name, type]`, and keys and constraints as they are written. */
export const createTable = (
  dialect: SqlDialect,
  name: string,
  columns: ReadonlyArray<readonly [name: string, type: string]>,
  constraints: ReadonlyArray<string>
): string => {
  const lines = [...columns.map(([column, type]) => `${dialect.quote(column)} ${type}`), ...constraints]
  return `CREATE TABLE IF NOT EXISTS ${dialect.table(name)} (${lines.join(", ")}) ${dialect.tableOptions}`.trimEnd()
}

/** Column names, quoted and separated by commas. */
export const columnList = (dialect: SqlDialect, columns: ReadonlyArray<string>): string =>
  columns.map(dialect.quote).join(", ")
