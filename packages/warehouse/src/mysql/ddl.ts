import * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import type { Dialect } from "../sql/Dialect.ts"
import { columnList, ofPipeline } from "../sql/SqlDialect.ts"
import { columnType } from "./columnType.ts"
import { dialect, quote, tableOptions } from "./dialect.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import * as Structure from "./Structure.ts"

/**
 * `CREATE TABLE` under any name, with the primary key and without the secondary indexes. Its comment is a mark: a hash of the
 * declaration, which reveals changes from outside.
 */
export const createTable = (table: Table.Any, name: string, server: MysqlServer): string => create(table, name, [], server)

/** The same with the secondary indexes, under the table's own name, for a table that stays empty for now. */
export const createIndexedTable = (table: Table.Any, server: MysqlServer): string =>
  create(table, table.name, table.indexes.map(index), server)

const create = (table: Table.Any, name: string, indexes: ReadonlyArray<string>, server: MysqlServer): string => {
  const columns = Object.entries(table.columns).map(([column, type]) => `${quote(column)} ${columnType(type)}`)
  const key = table.primaryKey.length === 0 ? [] : [`PRIMARY KEY (${list(table.primaryKey)})`]
  const parts = [...columns, ...key, ...indexes].join(", ")
  return `CREATE TABLE ${quote(name)} (${parts}) ${tableOptions(server)} COMMENT='${Structure.mark(Structure.ofTable(table))}'`
}

/** One `ALTER TABLE` that adds all secondary indexes; undefined if there are none. */
export const addIndexes = (table: Table.Any, name: string): string | undefined =>
  table.indexes.length === 0 ? undefined : `ALTER TABLE ${quote(name)} ${table.indexes.map(addIndex).join(", ")}`

/** `ADD INDEX`, as a part of an `ALTER TABLE`. */
export const addIndex = (columns: ReadonlyArray<string>): string => `ADD ${index(columns)}`

const index = (columns: ReadonlyArray<string>): string =>
  `INDEX ${quote(`ix_${columns.join("_")}`.slice(0, 64))} (${list(columns)})`

/** A view that runs with its reader's rights. */
export const createView = (view: View.Any, options: { readonly replace: boolean }): string =>
  `CREATE ${options.replace ? "OR REPLACE " : ""}SQL SECURITY INVOKER VIEW ${quote(view.name)} AS ${view.select(viewDialect)}`

/** The dialect of MySQL and MariaDB for the tables and views of a pipeline. */
export const ofTables = (server: MysqlServer, pipeline: string): Dialect => ({
  ...ofPipeline(dialect(server), pipeline),
  relation: ({ name }) => quote(name),
  views: viewDialect,
  columnType: Structure.columnType,
  create: (relation) => [
    relation._tag === "View" ? createView(relation, { replace: false }) : createIndexedTable(relation, server)
  ],
  mark: (table) => Structure.mark(Structure.ofTable(table)),
  find: ({ name }) => ({
    sql: "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
    parameters: [name],
    read: ([found]) => (found === undefined ? undefined : { mark: String(found[0]) })
  }),
  columns: ({ name }) => ({
    sql: Structure.selectColumnsOf,
    parameters: [name],
    read: (rows) => Structure.ofDatabase(rows, [], server.collation).get(name)?.columns ?? new Map()
  })
})

/** The dialect for views. */
export const viewDialect: View.Dialect = { now: "UTC_TIMESTAMP(3)" }

/** `` `a`, `b` `` */
export const list = (columns: ReadonlyArray<string>): string => columnList({ quote }, columns)

/** `` SELECT `a`, `b` FROM `t` `` */
export const selectFrom = (relation: Table.Any | View.Any): string =>
  `SELECT ${list(Table.columnNames(relation))} FROM ${quote(relation.name)}`

/**
 * The next page of a table in key order, after the key whose values are bound once for each `?` (`keyParameters` repeats them).
 * The first comparison alone limits the range of the index.
 */
export const selectPage = (table: Table.Any, options: { readonly first: boolean; readonly size: number }): string => {
  const where = options.first ? "" : ` WHERE ${quote(table.primaryKey[0] ?? "")} >= ? AND ${after(table.primaryKey)}`
  return `${selectFrom(table)}${where} ORDER BY ${list(table.primaryKey)} LIMIT ${options.size}`
}

/** The values for the placeholders of `selectPage`, from the last row's key. */
export const keyParameters = <A>(key: ReadonlyArray<A>): ReadonlyArray<A> => [...key.slice(0, 1), ...afterParameters(key)]

// `a > ? OR (a = ? AND (b > ?))`: the servers read whole indexes for a comparison of tuples.
const after = (columns: ReadonlyArray<string>): string => {
  const [first = "", ...rest] = columns
  return rest.length === 0 ? `${quote(first)} > ?` : `(${quote(first)} > ? OR (${quote(first)} = ? AND ${after(rest)}))`
}

const afterParameters = <A>(key: ReadonlyArray<A>): ReadonlyArray<A> => {
  const [first, ...rest] = key
  if (first === undefined) return []
  return rest.length === 0 ? [first] : [first, first, ...afterParameters(rest)]
}
