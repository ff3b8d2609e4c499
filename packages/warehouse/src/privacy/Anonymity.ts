import type * as Column from "@sluice/core/relation/Column"
import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { WarehouseReader } from "../WarehouseReader.ts"
import * as Cases from "./Cases.ts"
import * as Classes from "./Classes.ts"

/** A class or an email domain of fewer people than this is small. */
export const small = 5

/**
 * The equivalence classes of people by their quasi-identifiers. `k` is the size of the smallest class; 0 if there are no
 * people.
 */
export const Anonymity = Schema.Struct({
  /** The public quasi-identifiers. */
  columns: Schema.Array(Schema.String),
  users: Schema.Int,
  classes: Schema.Int,
  k: Schema.Int,
  /** Classes by size; `most` is null for the last range, which has no end. */
  sizes: Schema.Array(
    Schema.Struct({ least: Schema.Int, most: Schema.NullOr(Schema.Int), classes: Schema.Int, users: Schema.Int })
  )
})
export type Anonymity = typeof Anonymity.Type

/** The distinct values of a sensitive attribute within classes; `l` is the fewest. A number with bands is compared by band. */
export const Diversity = Schema.Struct({
  column: Schema.String,
  l: Schema.Int,
  /** People in classes with one value, with two, and with more. In a class with one value, finding the class reveals it. */
  one: Schema.Int,
  two: Schema.Int,
  more: Schema.Int
})
export type Diversity = typeof Diversity.Type

/** k by some of the columns, or by coarser ones. */
export const Comparison = Schema.Struct({
  /** How the comparison differs from all quasi-identifiers as stored. */
  about: Schema.String,
  columns: Schema.Array(Schema.String),
  classes: Schema.Int,
  k: Schema.Int,
  /** People who are alone in their class. */
  unique: Schema.Int,
  /** People in small classes, including those who are alone. */
  inSmall: Schema.Int
})
export type Comparison = typeof Comparison.Type

/** The distinct values of one column, and the rare ones among them. Null and the word for rare values do not count. */
export const RareValues = Schema.Struct({
  column: Schema.String,
  values: Schema.Int,
  users: Schema.Int,
  /** A value that fewer people have is rare. */
  rareBelow: Schema.Int,
  rareValues: Schema.Int,
  rareUsers: Schema.Int
})
export type RareValues = typeof RareValues.Type

/** All findings about the people of one table. */
export interface Findings {
  readonly anonymity: Anonymity
  readonly diversity: ReadonlyArray<Diversity>
  readonly bySubset: ReadonlyArray<Comparison>
  readonly bySetting: ReadonlyArray<Comparison>
  /** One entry for each column whose rare values can be merged. */
  readonly rare: ReadonlyArray<RareValues>
}

type Measured<A> = Effect.Effect<A, WarehouseFailed, WarehouseReader>

/** The tables with one row for each person and at least one quasi-identifier. */
export const tablesOfPeople = (tables: ReadonlyArray<Table.Any>): ReadonlyArray<Table.Any> =>
  tables.filter(
    ({ columns, primaryKey, subject }) =>
      subject.length === 1 &&
      primaryKey.length === 1 &&
      subject[0] === primaryKey[0] &&
      Object.values(columns).some(({ role }) => role === "quasi-identifier")
  )

/**
 * Measures a table with one row for each person by some twenty SQL aggregates, which return counts and never values. Compares
 * its declared quasi-identifiers and sensitive attributes. A value that fewer than `least` people have counts as rare. Costs as
 * many groupings of all people: some seconds for 200,000.
 */
export const measure = Effect.fn("Anonymity.measure")(function* (
  table: Table.Any,
  { least = small }: { readonly least?: number } = {}
): Effect.fn.Return<Findings, WarehouseFailed, WarehouseReader> {
  const named = (role: Column.Role) =>
    Object.entries(table.columns).flatMap(([name, column]) => (column.role === role ? [name] : []))
  const people: Cases.People = { table, quasi: named("quasi-identifier"), sensitive: named("sensitive attribute"), least }
  const { anonymity, diversity } = yield* byAll(people)
  // The groupings above already gave these results.
  const measured = new Map([[Cases.keyOf({ columns: people.quasi }), measuresOf(anonymity)]])
  const rare: Array<RareValues> = []
  const mayChange = new Set<string>()
  for (const column of [...people.quasi, ...people.sensitive]) {
    if (table.columns[column]?.generalisation?._tag !== "Common") continue
    const found = yield* rareIn(people, column, small)
    rare.push(found.rare)
    measured.set(Cases.keyOf({ columns: [column] }), found.compared)
    const { rareValues } = least === small ? found.rare : (yield* rareIn(people, column, least)).rare
    if (rareValues > 0) mayChange.add(column)
  }
  const subsets = Cases.subsets(people)
  const settings = Cases.settings(people, mayChange)
  const cases = new Map([...subsets, ...settings].map((one) => [Cases.keyOf(one), one]))
  yield* Effect.forEach(
    [...cases].filter(([key]) => !measured.has(key)),
    ([key, one]) => Effect.map(compare(people, one), (found) => measured.set(key, found)),
    // A few at a time: a server runs them in parallel, and other work needs connections.
    { concurrency: 4, discard: true }
  )
  const compared = (all: ReadonlyArray<Cases.Case>) =>
    all.flatMap((one) => {
      const found = measured.get(Cases.keyOf(one))
      return found === undefined ? [] : [{ about: one.about, columns: one.columns, ...found }]
    })
  return { anonymity, diversity, bySubset: compared(subsets), bySetting: compared(settings), rare }
})

const sumWhere = (condition: string, what: string): string => `SUM(CASE WHEN ${condition} THEN ${what} ELSE 0 END)`

const bounds = [
  [1, 1],
  [2, 4],
  [5, 9],
  [10, 49],
  [50, null]
] as const

/** k-anonymity by all quasi-identifiers, and l-diversity of each sensitive column, in one statement. */
const byAll = ({ quasi: columns, sensitive, table }: Cases.People): Measured<Pick<Findings, "anonymity" | "diversity">> => {
  const sizes = bounds.flatMap(([least, most]) => {
    const size = most === null ? `n >= ${least}` : `n BETWEEN ${least} AND ${most}`
    return [sumWhere(size, "1"), sumWhere(size, "n")]
  })
  const values = sensitive.flatMap((_, i) => [
    `MIN(d${i})`,
    ...[`d${i} = 1`, `d${i} = 2`, `d${i} > 2`].map((many) => sumWhere(many, "n"))
  ])
  return Effect.map(
    Classes.measure({
      table,
      columns,
      within: (column) =>
        Object.fromEntries(
          sensitive.map((name, i) => [
            `d${i}`,
            Classes.distinct(Classes.ofNumber(table.columns[name]?.generalisation, column(name)))
          ])
        ),
      measures: ["SUM(n)", "COUNT(*)", "MIN(n)", ...sizes, ...values]
    }),
    (numbers) => {
      const at = (index: number) => numbers[index] ?? 0
      return {
        anonymity: {
          columns,
          users: at(0),
          classes: at(1),
          k: at(2),
          sizes: bounds.map(([least, most], i) => ({ least, most, classes: at(3 + 2 * i), users: at(4 + 2 * i) }))
        },
        diversity: sensitive.map((column, i) => {
          const from = 3 + sizes.length + 4 * i
          return { column, l: at(from), one: at(from + 1), two: at(from + 2), more: at(from + 3) }
        })
      }
    }
  )
}

/** The counts of one comparison. */
type Measures = Pick<Comparison, "classes" | "k" | "unique" | "inSmall">

const comparing = ["COUNT(*)", "MIN(n)", sumWhere("n = 1", "n"), sumWhere(`n < ${small}`, "n")]

const measuresFrom = ([classes = 0, k = 0, unique = 0, inSmall = 0]: ReadonlyArray<number>): Measures => ({
  classes,
  k,
  unique,
  inSmall
})

const compare = ({ least, table }: Cases.People, { coarser = [], columns }: Cases.Case): Measured<Measures> =>
  Effect.map(Classes.measure({ table, columns, coarser: { columns: coarser, least }, measures: comparing }), measuresFrom)

/** The counts for all quasi-identifiers, computed from the class sizes. */
const measuresOf = ({ classes, k, sizes }: Anonymity): Measures => {
  const upTo = (size: number) =>
    sizes.reduce((sum, { most, users }) => (most !== null && most <= size ? sum + users : sum), 0)
  return { classes, k, unique: upTo(1), inSmall: upTo(small - 1) }
}

/** The rare values of a column, and the comparison by this column alone. */
const rareIn = (
  { table }: Cases.People,
  column: string,
  rareBelow: number
): Measured<{ readonly rare: RareValues; readonly compared: Measures }> => {
  const generalisation = table.columns[column]?.generalisation
  const other = generalisation?._tag === "Common" ? generalisation.other : ""
  const counted = [
    "named",
    "named * n",
    ...["named", "named * n"].map((what) => `CASE WHEN n < ${rareBelow} THEN ${what} ELSE 0 END`)
  ]
  return Effect.map(
    Classes.measure({
      table,
      columns: [column],
      within: (quoted) => ({
        named: `MAX(CASE WHEN ${quoted(column)} <> ${Classes.literal(other)} THEN 1 ELSE 0 END)`
      }),
      measures: [...comparing, ...counted.map((sql) => `SUM(${sql})`)]
    }),
    (numbers) => {
      const [values = 0, users = 0, rareValues = 0, rareUsers = 0] = numbers.slice(comparing.length)
      return { rare: { column, values, users, rareBelow, rareValues, rareUsers }, compared: measuresFrom(numbers) }
    }
  )
}
