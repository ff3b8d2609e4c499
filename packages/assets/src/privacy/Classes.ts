import { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import { UsersRaw } from "../tables/UsersRaw.ts"
import { belowIncomeBands, birthBand, incomeBands, otherDomain } from "./Generalisation.ts"

/** What is made coarser, in SQL over the stored rows, before users are compared. */
export interface Coarser {
  readonly birth?: boolean
  readonly income?: boolean
  /** Domains that fewer users have are `other`. */
  readonly emailDomainMin?: number
}

type Quote = (identifier: string) => string

/**
 * Groups users into equivalence classes, those who are equal in all `columns` (null equals null), and answers the values of
 * `measures` over the classes. Each class has the columns `n`, how many users it has, and those of `within`, expressions over
 * its users. Counts go in and out, never a value.
 */
export const measure = Effect.fn("Classes.measure")(function* (options: {
  readonly columns: ReadonlyArray<string>
  readonly coarser?: Coarser
  readonly within?: (column: (name: string) => string) => Readonly<Record<string, string>>
  readonly measures: ReadonlyArray<string>
}): Effect.fn.Return<ReadonlyArray<number>, WarehouseFailed, Warehouse> {
  const { coarser = {}, columns, measures, within = () => ({}) } = options
  const warehouse = yield* Warehouse
  return yield* warehouse.measure((quote) => {
    const named = (name: string) => `u.${quote(name)}`
    const inner = Object.entries({ n: "COUNT(*)", ...within(named) }).map(([name, sql]) => `${sql} AS ${quote(name)}`)
    const keys = columns.map((name) => key(name, quote, coarser))
    return `SELECT ${measures.join(", ")} FROM (SELECT ${columns.length > 1 ? manyGroups : ""} ${inner.join(", ")} FROM ${quote(UsersRaw.name)} u GROUP BY ${keys.join(", ")}) AS classes`
  })
})

/**
 * Has MySQL and MariaDB sort rather than fill a temporary table, which is slow where nearly every user is a class. One column
 * alone has few values, whose small table is five times faster than the sort.
 */
const manyGroups = "/*! SQL_BIG_RESULT */"

/** How many different values an expression has among a class's users, NULL counted as one. */
export const distinct = (sql: string): string => `COUNT(DISTINCT ${sql}) + MAX(CASE WHEN ${sql} IS NULL THEN 1 ELSE 0 END)`

/** The band that an income is in, in SQL. */
export const incomeBand = (income: string): string => {
  const bands = [...incomeBands].reverse().map((bound) => `WHEN ${income} >= ${bound} THEN ${bound}`)
  return `CASE WHEN ${income} IS NULL THEN NULL ${bands.join(" ")} ELSE ${belowIncomeBands} END`
}

const key = (name: string, quote: Quote, { birth, emailDomainMin, income }: Coarser): string => {
  const column = `u.${quote(name)}`
  if (name === "birth_year" && birth === true) return `${column} - ${column} % ${birthBand}`
  if (name === "income" && income === true) return incomeBand(column)
  if (name === "email_domain" && emailDomainMin !== undefined) {
    // Joined with the counts of domains instead, MariaDB would write the rows to a table first: four times the work.
    const [users, domain] = [quote(UsersRaw.name), quote(name)]
    const rare = `SELECT ${domain} FROM ${users} GROUP BY ${domain} HAVING COUNT(*) < ${emailDomainMin}`
    return `CASE WHEN ${column} IN (${rare}) THEN '${otherDomain}' ELSE ${column} END`
  }
  return column
}
