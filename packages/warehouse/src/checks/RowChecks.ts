import * as AssetCheck from "@sluice/core/asset/AssetCheck"
import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import { WarehouseReader } from "../WarehouseReader.ts"

/** Options of every row check. */
export interface Options {
  /** Default: derived from what it checks and its columns. The checks of an asset have different names. */
  readonly name?: string
  /** Default `error`. */
  readonly severity?: "warn" | "error"
  /** Default: an error blocks. */
  readonly blocking?: boolean
}

type Relation = Table.Any | View.Any
type ColumnOf<T extends Relation> = keyof T["columns"] & string

/** No row has NULL in one of these nullable columns. One pass over the rows. */
export const notNull = <T extends Relation>(
  relation: T,
  columns: ReadonlyArray<ColumnOf<T>>,
  options: Options = {}
): AssetCheck.AssetCheck<WarehouseReader> =>
  counting(relation, options, {
    name: `not_null_${columns.join("_")}`,
    description: `${columns.join(", ")} always ${columns.length === 1 ? "has" : "have"} a value.`,
    violations: (column) =>
      Object.fromEntries(columns.map((name) => [`rows_without_${name}`, `${column(name)} IS NULL`] as const))
  })

/**
 * No two rows have the same values in these columns. As in a unique index, a NULL makes rows different. Reads and groups all
 * rows. Needless for a primary key.
 */
export const unique = <T extends Relation>(
  relation: T,
  columns: ReadonlyArray<ColumnOf<T>>,
  options: Options = {}
): AssetCheck.AssetCheck<WarehouseReader> =>
  make(options, {
    name: `unique_${columns.join("_")}`,
    description: `${columns.join(", ")} ${columns.length === 1 ? "is" : "are together"} unique.`,
    labels: ["values", "values_that_repeat", "rows_too_many"],
    select: (quote, subject) => {
      const names = columns.map(quote)
      const present = names.map((name) => `${name} IS NOT NULL`).join(" AND ")
      const groups = `SELECT COUNT(*) AS n FROM ${quote(nameOf(relation, subject))} WHERE ${present} GROUP BY ${names.join(", ")}`
      return `SELECT COUNT(*), COUNT(CASE WHEN g.n > 1 THEN 1 END), SUM(g.n - 1) FROM (${groups}) g`
    }
  })

/** A column holds only these values, or NULL. Text and integers, compared exactly. One pass over the rows. */
export const acceptedValues = <T extends Relation, K extends ColumnOf<T>>(
  relation: T,
  column: K,
  values: readonly [Accepted<T["columns"][K]>, ...ReadonlyArray<Accepted<T["columns"][K]>>],
  options: Options = {}
): AssetCheck.AssetCheck<WarehouseReader> =>
  counting(relation, options, {
    name: `accepted_${column}`,
    description: `${column} is one of ${values.length} accepted values.`,
    violations: (quoted) => ({
      [`rows_with_other_${column}`]: `${quoted(column)} NOT IN (${values.map(() => "?").join(", ")})`
    }),
    parameters: values
  })

/**
 * Every row refers to a row of another relation. A row with a NULL among the columns refers to nothing and passes. `on` maps
 * columns to the other relation's columns, which must have the same type. The check reads the other relation's published rows,
 * so give it to an asset that is downstream of both; otherwise it may compare with old rows. One lookup for each row: cheap if
 * the other columns are its key and these columns have an index.
 */
export const foreignKey = <T extends Relation, U extends Relation>(
  relation: T,
  on: ForeignKey<T, U>,
  other: U,
  options: Options = {}
): AssetCheck.AssetCheck<WarehouseReader> => {
  const pairs = Object.entries<string | undefined>(on).flatMap(([from, to]) =>
    to === undefined ? [] : [[from, to] as const]
  )
  const from = pairs.map(([column]) => column)
  return counting(relation, options, {
    name: `${relation.name}_${from.join("_")}_in_${other.name}`,
    description: `Every ${from.join(", ")} of ${relation.name} is in ${other.name}.`,
    join: (column, quote) => {
      const theirs = pairs.map(([, name]) => name)
      // If a row joins more than one row of the other relation, it must not be counted more than once.
      const referred = isKey(other, theirs)
        ? quote(other.name)
        : `(SELECT DISTINCT ${theirs.map(quote).join(", ")} FROM ${quote(other.name)})`
      const same = pairs.map(([mine, name]) => `o.${quote(name)} = ${column(mine)}`).join(" AND ")
      return `LEFT JOIN ${referred} o ON ${same}`
    },
    violations: (column, quote) => {
      const present = from.map((name) => `${column(name)} IS NOT NULL`)
      const absent = pairs.slice(0, 1).map(([, name]) => `o.${quote(name)} IS NULL`)
      return { rows_referring_to_nothing: [...present, ...absent].join(" AND ") }
    }
  })
}

const isKey = (relation: Relation, columns: ReadonlyArray<string>): boolean =>
  relation._tag === "Table" && relation.primaryKey.length > 0 && relation.primaryKey.every((name) => columns.includes(name))

/**
 * No row satisfies `where`, an SQL condition that MySQL, MariaDB and SQLite share, with columns by name.
 *
 * ```ts
 * noRows(Subscriptions, "end_after_start", {
 *   description: "No subscription ends before it starts.",
 *   where: (column) => `${column("end_date")} < ${column("start_date")}`
 * })
 * ```
 */
export const noRows = <T extends Relation>(
  relation: T,
  name: string,
  options: Omit<Options, "name"> & {
    readonly description: string
    readonly where: (column: (name: ColumnOf<T>) => string) => string
    /** The name of the count of such rows. Default: `rows_that_should_not_be`. */
    readonly label?: string
  }
): AssetCheck.AssetCheck<WarehouseReader> => {
  const { description, label = "rows_that_should_not_be", where, ...how } = options
  return counting(relation, how, { name, description, violations: (column) => ({ [label]: where(column) }) })
}

/** Columns, each with a column of the same type in the other relation. */
export type ForeignKey<T extends Relation, U extends Relation> = {
  readonly [K in ColumnOf<T>]?: ColumnLike<U, NonNullable<Column.Value<T["columns"][K]>>>
}

type ColumnLike<U extends Relation, A> = {
  readonly [K in ColumnOf<U>]: [NonNullable<Column.Value<U["columns"][K]>>] extends [A] ? K : never
}[ColumnOf<U>]

/** The values that an accepted one may be. */
type Accepted<C> = Extract<Column.Value<C>, string | number>

type Quote = (identifier: string) => string

const nameOf = (relation: Relation, subject: AssetCheck.Subject): string =>
  subject._tag === "Published" ? relation.name : subject.relation

/** A check that counts all rows and, by label, the rows that break a condition. It passes if no row does. */
const counting = (
  relation: Relation,
  options: Options,
  check: {
    readonly name: string
    readonly description: string
    readonly join?: (column: Quote, quote: Quote) => string
    readonly violations: (column: Quote, quote: Quote) => Readonly<Record<string, string>>
    readonly parameters?: ReadonlyArray<string | number>
  }
): AssetCheck.AssetCheck<WarehouseReader> => {
  const { join = () => "" } = check
  const column = (quote: Quote) => (name: string) => `r.${quote(name)}`
  const violations = (quote: Quote) => check.violations(column(quote), quote)
  return make(options, {
    ...check,
    labels: ["rows", ...Object.keys(violations(String))],
    select: (quote, subject) => {
      const counts = Object.values(violations(quote)).map((condition) => `COUNT(CASE WHEN ${condition} THEN 1 END)`)
      return `SELECT ${["COUNT(*)", ...counts].join(", ")} FROM ${quote(nameOf(relation, subject))} r ${join(column(quote), quote)}`
    }
  })
}

/** A check of one statement. Its first number counts the rows; the others count the broken ones, by `labels`. */
const make = (
  options: Options,
  check: {
    readonly name: string
    readonly description: string
    readonly labels: ReadonlyArray<string>
    readonly select: (quote: Quote, subject: AssetCheck.Subject) => string
    readonly parameters?: ReadonlyArray<string | number>
  }
): AssetCheck.AssetCheck<WarehouseReader> => {
  const { name = check.name, ...how } = options
  return AssetCheck.make(name, {
    ...how,
    description: check.description,
    evaluate: Effect.fn(`Check.${name}`)(function* (subject) {
      const reader = yield* WarehouseReader
      const counts = yield* reader.measure((quote) => check.select(quote, subject), check.parameters)
      return {
        passed: counts.slice(1).every((count) => count === 0),
        metadata: Object.fromEntries(check.labels.map((label, index) => [label, counts[index] ?? 0] as const))
      }
    })
  })
}
