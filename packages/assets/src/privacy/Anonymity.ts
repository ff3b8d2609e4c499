import type { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Classes from "./Classes.ts"
import { columnsWith } from "./classification.ts"
import { otherDomain, type Policy } from "./Generalisation.ts"

/** A class of fewer users than this is small, and so is a domain that fewer users have. */
export const small = 5

/**
 * How many users share their quasi-identifiers with how many others. `k` is the size of the smallest class: everybody is one of
 * at least so many who look alike. 0 where there are no users.
 */
export const Anonymity = Schema.Struct({
  /** The public columns that users are compared by. */
  columns: Schema.Array(Schema.String),
  users: Schema.Int,
  classes: Schema.Int,
  k: Schema.Int,
  /** Classes by size; `most` is null for the last, which has no end. */
  sizes: Schema.Array(
    Schema.Struct({ least: Schema.Int, most: Schema.NullOr(Schema.Int), classes: Schema.Int, users: Schema.Int })
  )
})
export type Anonymity = typeof Anonymity.Type

/** How many values a sensitive attribute has within the classes: `l` is the fewest. Incomes are told apart by band. */
export const Diversity = Schema.Struct({
  column: Schema.String,
  l: Schema.Int,
  /** Users in classes with one value, with two, and with more. With one value, whoever finds the class knows it. */
  one: Schema.Int,
  two: Schema.Int,
  more: Schema.Int
})
export type Diversity = typeof Diversity.Type

/** k by some of the columns, or by coarser ones. */
export const Comparison = Schema.Struct({
  /** What is different from all the quasi-identifiers as they are stored. */
  about: Schema.String,
  columns: Schema.Array(Schema.String),
  classes: Schema.Int,
  k: Schema.Int,
  /** Users who are alone in their class. */
  unique: Schema.Int,
  /** Users in small classes, those who are alone included. */
  inSmall: Schema.Int
})
export type Comparison = typeof Comparison.Type

/** Email domains, and those that few users have. `other` is none. */
export const EmailDomains = Schema.Struct({
  domains: Schema.Int,
  users: Schema.Int,
  /** Domains with fewer users than this are rare. */
  rareBelow: Schema.Int,
  rareDomains: Schema.Int,
  rareUsers: Schema.Int
})
export type EmailDomains = typeof EmailDomains.Type

/** All of these about the users of a store. */
export interface Findings {
  readonly anonymity: Anonymity
  readonly diversity: ReadonlyArray<Diversity>
  readonly bySubset: ReadonlyArray<Comparison>
  readonly bySetting: ReadonlyArray<Comparison>
  readonly emailDomains: EmailDomains
}

type Measured<A> = Effect.Effect<A, WarehouseFailed, Warehouse>

/**
 * Measures the users that are stored, by some twenty aggregates in SQL: counts come back, and never a value. The cost is that of
 * grouping all users as often: for 200,000 users some seconds.
 */
export const measure = Effect.fn("Anonymity.measure")(function* (
  policy: Policy
): Effect.fn.Return<Findings, WarehouseFailed, Warehouse> {
  const { anonymity, diversity } = yield* byAll
  const least = Math.max(small, policy.emailDomainMin)
  const { compared: byDomain, emailDomains } = yield* domainsBelow(small)
  const { rareDomains } = least === small ? emailDomains : (yield* domainsBelow(least)).emailDomains
  const subsets = subsetsOf(anonymity.columns)
  const settings = settingsOf(anonymity.columns, least, rareDomains > 0)
  // What those groupings have told already is not asked again.
  const measured = new Map<string, Measures>([
    [keyOf({ columns: anonymity.columns }), measuresOf(anonymity)],
    [keyOf({ columns: domainColumns }), byDomain]
  ])
  const cases = new Map([...subsets, ...settings].map((one) => [keyOf(one), one]))
  yield* Effect.forEach(
    [...cases].filter(([key]) => !measured.has(key)),
    ([key, one]) => Effect.map(compare(one), (found) => measured.set(key, found)),
    // A few at a time: a server answers them side by side, and others want some of its connections.
    { concurrency: 4, discard: true }
  )
  const compared = (all: ReadonlyArray<Case>) =>
    all.flatMap((one) => {
      const found = measured.get(keyOf(one))
      return found === undefined ? [] : [{ about: one.about, columns: one.columns, ...found }]
    })
  return { anonymity, diversity, bySubset: compared(subsets), bySetting: compared(settings), emailDomains }
})

const sumWhere = (condition: string, what: string): string => `SUM(CASE WHEN ${condition} THEN ${what} ELSE 0 END)`

const bounds = [
  [1, 1],
  [2, 4],
  [5, 9],
  [10, 49],
  [50, null]
] as const

/** k-anonymity by all the quasi-identifiers, and l-diversity of each sensitive column, in one statement. */
const byAll: Measured<Pick<Findings, "anonymity" | "diversity">> = Effect.suspend(() => {
  const columns = columnsWith("quasi")
  const sensitive = columnsWith("sensitive")
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
      columns,
      within: (column) =>
        Object.fromEntries(
          sensitive.map((name, i) => [
            `d${i}`,
            Classes.distinct(name === "income" ? Classes.incomeBand(column(name)) : column(name))
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
})

/** One way to compare users. */
interface Case {
  readonly about: string
  readonly columns: ReadonlyArray<string>
  readonly coarser?: Classes.Coarser
}

const keyOf = ({ coarser = {}, columns }: Omit<Case, "about">): string => JSON.stringify([columns, coarser])

/** What is counted of each case. */
type Measures = Pick<Comparison, "classes" | "k" | "unique" | "inSmall">

const comparing = ["COUNT(*)", "MIN(n)", sumWhere("n = 1", "n"), sumWhere(`n < ${small}`, "n")]

const measuresFrom = ([classes = 0, k = 0, unique = 0, inSmall = 0]: ReadonlyArray<number>): Measures => ({
  classes,
  k,
  unique,
  inSmall
})

const compare = ({ coarser = {}, columns }: Case): Measured<Measures> =>
  Effect.map(Classes.measure({ columns, coarser, measures: comparing }), measuresFrom)

/** The same of all the quasi-identifiers, as the sizes of their classes tell it. */
const measuresOf = ({ classes, k, sizes }: Anonymity): Measures => {
  const upTo = (size: number) =>
    sizes.reduce((sum, { most, users }) => (most !== null && most <= size ? sum + users : sum), 0)
  return { classes, k, unique: upTo(1), inSmall: upTo(small - 1) }
}

/**
 * Each column alone, all but each, some that a neighbour or a colleague would know or that are no mask ids, and all with the
 * income.
 */
const subsetsOf = (all: ReadonlyArray<string>): ReadonlyArray<Case> => [
  ...all.map((column) => ({ about: `only ${column}`, columns: [column] })),
  ...all.map((left) => ({ about: `all but ${left}`, columns: all.filter((column) => column !== left) })),
  ...[
    ["zipcode_id", "birth_year", "gender"],
    ["city_id", "profession_id", "gender"],
    ["country", "birth_year", "gender"],
    ["country", "birth_year", "gender", "email_domain"]
  ].map((columns) => ({ about: `only ${columns.join(", ")}`, columns })),
  { about: "all, and income", columns: [...all, "income"] }
]

/** The rows as they are stored, and as each setting of the generalisation would make them; one in force changes nothing. */
const settingsOf = (columns: ReadonlyArray<string>, least: number, anyRare: boolean): ReadonlyArray<Case> => {
  const withIncome = [...columns, "income"]
  const birth = { birth: true }
  const domains = anyRare ? { emailDomainMin: least } : {}
  const [byBirth, byDomain] = ["SLUICE_BIRTH=band", `SLUICE_EMAIL_DOMAIN_MIN=${least}`]
  return [
    { about: "as stored", columns },
    { about: byBirth, columns, coarser: birth },
    { about: byDomain, columns, coarser: domains },
    { about: `${byBirth} + ${byDomain}`, columns, coarser: { ...birth, ...domains } },
    { about: "with income, as stored", columns: withIncome },
    { about: "with income: SLUICE_INCOME=band", columns: withIncome, coarser: { income: true } },
    {
      about: `with income: SLUICE_INCOME=band + ${byBirth} + ${byDomain}`,
      columns: withIncome,
      coarser: { income: true, ...birth, ...domains }
    }
  ]
}

const domainColumns = ["email_domain"]

/** Rare domains, and how users compare by their domains alone. */
const domainsBelow = (rareBelow: number): Measured<{ readonly emailDomains: EmailDomains; readonly compared: Measures }> => {
  const counted = [
    "named",
    "named * n",
    ...["named", "named * n"].map((what) => `CASE WHEN n < ${rareBelow} THEN ${what} ELSE 0 END`)
  ]
  return Effect.map(
    Classes.measure({
      columns: domainColumns,
      within: (column) => ({ named: `MAX(CASE WHEN ${column("email_domain")} <> '${otherDomain}' THEN 1 ELSE 0 END)` }),
      measures: [...comparing, ...counted.map((sql) => `SUM(${sql})`)]
    }),
    (numbers) => {
      const [domains = 0, users = 0, rareDomains = 0, rareUsers = 0] = numbers.slice(comparing.length)
      return { emailDomains: { domains, users, rareBelow, rareDomains, rareUsers }, compared: measuresFrom(numbers) }
    }
  )
}
