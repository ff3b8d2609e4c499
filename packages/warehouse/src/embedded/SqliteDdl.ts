import { createHash } from "node:crypto"
import type * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import type { Dialect } from "../sql/Dialect.ts"
import { columnList, ofPipeline, type SqlDialect } from "../sql/SqlDialect.ts"
import * as Fault from "./LibsqlFault.ts"
import { isNumeric } from "./SqliteRow.ts"

/** The schema names of the store's attached files. */
export type Schema = "main" | "sensitive"

/** The dialect of SQLite, for tables in `schema`. */
export const dialect = (schema: Schema): SqlDialect => ({
  name: "sqlite",
  quote,
  table: (name) => qualified(schema, name),
  types: {
    text: () => "TEXT",
    longText: "TEXT",
    integer: "INTEGER",
    double: "REAL",
    bytes: "BLOB",
    hash: "BLOB"
  },
  now: "strftime('%Y-%m-%dT%H:%M:%fZ','now')",
  columnsOf: (table) => `SELECT name FROM pragma_table_info('${table}', '${schema}')`,
  insertionOrder: { column: "rowid", type: undefined },
  tableOptions: "",
  forUpdate: "",
  insertIgnore: "INSERT OR IGNORE INTO",
  upsert: (keys, columns) =>
    `ON CONFLICT (${list(keys)}) DO UPDATE SET ${columns.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(", ")}`,
  exactText,
  maxParameters: 32_000,
  maxBytes: 8_000_000,
  translate: Fault.translate
})

/** The dialect of SQLite for the tables and views of a pipeline. Its internal tables are in the sensitive file. */
export const ofTables = (pipeline: string): Dialect => ({
  ...ofPipeline(dialect("sensitive"), pipeline),
  relation: (relation) => qualified(schemaOf(relation), relation.name),
  views: viewDialect,
  columnType,
  create: (relation) =>
    relation._tag === "View" ? [createView(relation)] : [createTable(relation, relation.name), ...createIndexes(relation)],
  mark: markOf,
  find: (table) => ({
    sql: `SELECT sql FROM ${quote(schemaOf(table))}.sqlite_master WHERE type = 'table' AND name = ?`,
    parameters: [table.name],
    read: ([found]) => (found === undefined ? undefined : { mark: markIn(String(found[0])) })
  }),
  columns: (table) => ({
    sql: `SELECT name, type, "notnull" FROM pragma_table_info(?, ?)`,
    parameters: [table.name, schemaOf(table)],
    read: (rows) =>
      new Map(rows.map(([name, type, notNull]) => [String(name), notNullable(String(type), Number(notNull) === 1)]))
  })
})

export const viewDialect: View.Dialect = { now: "strftime('%Y-%m-%d %H:%M:%f','now')" }

export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

/** `"a", "b"` */
export const list = (columns: ReadonlyArray<string>): string => columnList({ quote }, columns)

export const qualified = (schema: string, name: string): string => `${quote(schema)}.${quote(name)}`

/** Public relations are in the main file, sensitive ones in the other. */
export const schemaOf = (relation: Table.Any | View.Any): Schema => (relation.visibility === "public" ? "main" : "sensitive")

/** The driver cuts text at its first NUL, so text is read as bytes. */
export const exactText = (column: string): string =>
  `CASE WHEN instr(${column}, char(0)) > 0 THEN CAST(${column} AS BLOB) ELSE ${column} END`

/**
 * CREATE TABLE without keys: building indexes after the load is four times faster, also the key's unique index. It begins with
 * a mark, a hash of the table's columns and indexes, which detects changes from outside.
 */
export const createTable = (table: Table.Any, name: string, schema: string = schemaOf(table)): string => {
  const columns = Object.entries(table.columns).map(([name, column]) => {
    const { type } = column
    const check = type._tag === "Text" ? ` CHECK (length(${quote(name)}) <= ${type.maxLength})` : ""
    return `${quote(name)} ${columnType(column)}${check}`
  })
  const body = columns.join(", ")
  return `CREATE TABLE ${qualified(schema, name)} (${mark([body, ...createIndexes(table)])} ${body})`
}

/** The mark of a definition: a hash of its parts, in any order. */
export const mark = (definition: ReadonlyArray<string>): string => {
  const text = definition.map(stored).sort().join("\n")
  return `/* sluice:${createHash("sha256").update(text).digest("hex").slice(0, 16)} */`
}

const marks = new WeakMap<Table.Any, string>()

/** The mark of a table as it is declared. Every publish of a partition compares it. */
const markOf = (table: Table.Any): string => {
  const known = marks.get(table)
  if (known !== undefined) return known
  const declared = markIn(createTable(table, table.name)) ?? ""
  marks.set(table, declared)
  return declared
}

const markIn = (sql: string): string | undefined => /\/\* sluice:[0-9a-f]{16} \*\//.exec(sql)?.[0]

/** A definition as SQLite stores it: without the schema's name and without IF NOT EXISTS. */
export const stored = (sql: string): string =>
  sql.replace(/^CREATE (TABLE|VIEW|INDEX|UNIQUE INDEX) (?:IF NOT EXISTS )?"(?:main|sensitive)"\./, "CREATE $1 ")

/** The table's key, if it has one, as a unique index, and its indexes. */
export const createIndexes = (table: Table.Any): ReadonlyArray<string> => {
  const index = (unique: string, suffix: string, columns: ReadonlyArray<string>) =>
    `CREATE ${unique}INDEX ${qualified(schemaOf(table), `${table.name}__${suffix}`)} ON ${quote(table.name)} (${list(columns)})`
  return [
    ...(table.primaryKey.length === 0 ? [] : [index("UNIQUE ", "key", table.primaryKey)]),
    ...table.indexes.map((columns) => index("", columns.join("__"), columns))
  ]
}

/** CREATE VIEW, which begins with a mark as tables do. */
export const createView = (view: View.Any): string => {
  const select = view.select(viewDialect)
  return `CREATE VIEW ${qualified("main", view.name)} AS ${mark([select])} ${select}`
}

/** INSERT of all rows of one JSON text, `[["a", 1], ["b", 2]]`, bound as UTF-8 bytes, into all columns of a table. */
export const insertFromJson = (table: Table.Any, name: string, schema?: string): string => {
  const values = Table.columnNames(table).map((_, index) => `value ->> ${index}`)
  return `${insertHead(table, name, schema)} SELECT ${values.join(", ")} FROM json_each(CAST(? AS TEXT))`
}

const insertHead = (table: Table.Any, name: string, schema: string = schemaOf(table)): string =>
  `INSERT INTO ${qualified(schema, name)} (${list(Table.columnNames(table))})`

/** `DECIMAL(12, 2) NOT NULL` */
export const columnType = ({ nullable, type }: Column.Any): string => notNullable(typeOf(type), !nullable)

const notNullable = (type: string, isNotNull: boolean): string => `${type}${isNotNull ? " NOT NULL" : ""}`

const typeOf = (type: Column.ColumnType): string => {
  switch (type._tag) {
    case "Integer":
    case "Boolean":
      return "INTEGER"
    case "Decimal":
      // Both type names show the scale to readers of the schema. The first has numeric affinity, the second is text.
      return isNumeric(type.precision)
        ? `DECIMAL(${type.precision}, ${type.scale})`
        : `TEXT_DECIMAL(${type.precision}, ${type.scale})`
    case "Text":
    case "LongText":
    case "Timestamp":
    case "Day":
      return "TEXT"
  }
}
