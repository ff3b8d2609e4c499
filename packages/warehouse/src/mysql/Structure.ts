import { createHash } from "node:crypto"
import type * as Column from "@sluice/core/relation/Column"
import type * as Mask from "@sluice/core/relation/Mask"
import type * as Table from "@sluice/core/relation/Table"
import * as Declared from "./columnType.ts"

/** A table's columns, key and indexes, in the same form for a declaration and for a server's table. */
export interface Structure {
  /** By column: `VARCHAR(20) NOT NULL`. A collation is included if it is not the exact one. */
  readonly columns: ReadonlyMap<string, string>
  readonly key: ReadonlyArray<string>
  readonly indexes: ReadonlyArray<Index>
}

export interface Index {
  readonly name: string
  /** The indexed columns: `(a, b)`, `UNIQUE (a)`. */
  readonly on: string
}

/** A column's type in the servers' words. */
export const columnType = (column: Column.Any): string => inServersWords(Declared.columnType(column))

/** The declared structure of a table. */
export const ofTable = (table: Table.Any): Structure => ({
  columns: new Map(Object.entries(table.columns).map(([name, column]) => [name, columnType(column)])),
  key: table.primaryKey,
  indexes: table.indexes.map((columns) => ({ name: "", on: listed(columns) }))
})

/** The structure of a mask table. */
export const ofMask = (table: Mask.Any): Structure => ({
  columns: new Map([
    ["id", "BIGINT NOT NULL"],
    [table.valueColumn, "LONGTEXT NOT NULL"],
    ["value_hash", "BINARY(32) NOT NULL"]
  ]),
  key: ["id"],
  indexes: [{ name: "", on: `UNIQUE ${listed(["value_hash"])}` }]
})

/** A hash of a structure, for the table's comment. */
export const mark = ({ columns, indexes, key }: Structure): string => {
  const text = JSON.stringify([[...columns].sort(), key, indexes.map(({ on }) => on).sort()])
  return `sluice:${createHash("sha256").update(text).digest("hex").slice(0, 16)}`
}

/** Of all tables of the database: table, column, type, whether it may be null (`YES`), collation. */
export const selectColumns =
  "SELECT table_name, column_name, column_type, is_nullable, collation_name FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"

/** The same of one table, by its name. */
export const selectColumnsOf =
  "SELECT table_name, column_name, column_type, is_nullable, collation_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position"

/** Of all tables of the database: table, index, whether it may have duplicates, column, prefix, kind; in order of columns. */
export const selectIndexes =
  "SELECT table_name, index_name, non_unique, column_name, sub_part, index_type FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index"

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** The structures of all tables and views of a database, by name, from the results of these two statements. */
export const ofDatabase = (columns: Rows, indexes: Rows, collation: string): ReadonlyMap<string, Structure> => {
  const all = new Map<string, { columns: Map<string, string>; indexes: Map<string, Array<ReadonlyArray<unknown>>> }>()
  for (const [table, column, type, nullable, collated] of columns) {
    const structure = all.get(String(table)) ?? { columns: new Map(), indexes: new Map() }
    all.set(String(table), structure)
    const other = collated === null || collated === collation ? "" : ` COLLATE ${String(collated)}`
    const definition = `${inServersWords(String(type).toUpperCase())}${other}${nullable === "YES" ? "" : " NOT NULL"}`
    structure.columns.set(String(column), definition)
  }
  for (const row of indexes) {
    const found = all.get(String(row[0]))?.indexes
    const name = String(row[1])
    found?.set(name, [...(found.get(name) ?? []), row])
  }
  return new Map(
    [...all].map(([table, structure]) => {
      const { PRIMARY: key = [], ...others } = Object.fromEntries(structure.indexes)
      return [
        table,
        {
          columns: structure.columns,
          key: key.map(columnOf),
          indexes: Object.entries(others).map(([name, parts]) => ({ name, on: onOf(parts) }))
        }
      ]
    })
  )
}

/** Servers name BOOLEAN differently, and some give an integer's width. The values of a foreign ENUM may be data. */
const inServersWords = (type: string): string =>
  type
    .replace(/^BOOLEAN\b/, "TINYINT(1)")
    .replace(/^BIGINT\(\d+\)/, "BIGINT")
    .replace(/^(ENUM|SET)\(.*\)/s, "$1(…)")

const listed = (columns: ReadonlyArray<string>): string => `(${columns.join(", ")})`

const columnOf = ([, , , column, prefix]: ReadonlyArray<unknown>): string =>
  `${column === null ? "an expression" : String(column)}${prefix === null ? "" : `(${String(prefix)})`}`

const onOf = (parts: Rows): string => {
  const kind = String(parts[0]?.[5])
  const unique = Number(parts[0]?.[2]) === 0 ? "UNIQUE " : ""
  return `${unique}${kind === "BTREE" ? "" : `${kind} `}${listed(parts.map(columnOf))}`
}
