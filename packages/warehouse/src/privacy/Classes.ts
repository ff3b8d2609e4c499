import type { Generalisation } from "@sluice/core/relation/Generalisation"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { WarehouseReader } from "../WarehouseReader.ts"

/** The columns that SQL makes coarser before people are compared. */
export interface Coarser {
  readonly columns: ReadonlyArray<string>
  /** A value that fewer people have is rare. */
  readonly least: number
}

/** No column is made coarser. */
export const asStored: Coarser = { columns: [], least: 1 }

type Quote = (identifier: string) => string

/**
 * Groups the people of a table into equivalence classes: people with equal values in all `columns` (null equals null). Returns
 * the values of `measures` over the classes. Each class has `n`, its number of people, and the columns of `within`, expressions
 * over its people. Counts go in and out, never a value.
 */
export const measure = Effect.fn("Classes.measure")(function* (options: {
  readonly table: Table.Any
  readonly columns: ReadonlyArray<string>
  readonly coarser?: Coarser
  readonly within?: (column: (name: string) => string) => Readonly<Record<string, string>>
  readonly measures: ReadonlyArray<string>
}): Effect.fn.Return<ReadonlyArray<number>, WarehouseFailed, WarehouseReader> {
  const { coarser = asStored, columns, measures, table, within = () => ({}) } = options
  const reader = yield* WarehouseReader
  return yield* reader.measure((quote) => {
    const named = (name: string) => `u.${quote(name)}`
    const inner = Object.entries({ n: "COUNT(*)", ...within(named) }).map(([name, sql]) => `${sql} AS ${quote(name)}`)
    // Without columns, all people are one class.
    const keys = columns.length === 0 ? ["NULL"] : columns.map((name) => key(table, name, quote, coarser))
    return `SELECT ${measures.join(", ")} FROM (SELECT ${columns.length > 1 ? manyGroups : ""} ${inner.join(", ")} FROM ${quote(table.name)} u GROUP BY ${keys.join(", ")}) AS classes`
  })
})

/**
 * Makes MySQL and MariaDB sort instead of filling a temporary table, which is slow if nearly everybody is a class. A single
 * column has few values, and its small temporary table is five times faster than the sort.
 */
const manyGroups = "/*! SQL_BIG_RESULT */"

/** The distinct values of an expression among a class's people; NULL counts as one value. */
export const distinct = (sql: string): string => `COUNT(DISTINCT ${sql}) + MAX(CASE WHEN ${sql} IS NULL THEN 1 ELSE 0 END)`

/** A number made coarser, in SQL. Other values stay unchanged. */
export const ofNumber = (generalisation: Generalisation | undefined, sql: string): string => {
  switch (generalisation?._tag) {
    case "Multiples":
      return `${sql} - ${sql} % ${generalisation.width}`
    case "Bands": {
      const bands = [...generalisation.bounds].reverse().map((bound) => `WHEN ${sql} >= ${bound} THEN ${bound}`)
      return `CASE WHEN ${sql} IS NULL THEN NULL ${bands.join(" ")} ELSE ${generalisation.below} END`
    }
    default:
      return sql
  }
}

const key = (table: Table.Any, name: string, quote: Quote, { columns, least }: Coarser): string => {
  const column = `u.${quote(name)}`
  const generalisation = columns.includes(name) ? table.columns[name]?.generalisation : undefined
  if (generalisation?._tag !== "Common") return ofNumber(generalisation, column)
  // With a join of the values' counts, MariaDB would write the rows to a table first: four times the work.
  const [people, value] = [quote(table.name), quote(name)]
  const rare = `SELECT ${value} FROM ${people} GROUP BY ${value} HAVING COUNT(*) < ${least}`
  return `CASE WHEN ${column} IN (${rare}) THEN ${literal(generalisation.other)} ELSE ${column} END`
}

/** A declared word as an SQL text literal. */
export const literal = (word: string): string => `'${word.replaceAll("'", "''")}'`
