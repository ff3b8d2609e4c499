import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Id from "@sluice/core/data/Id"
import * as MaskId from "@sluice/core/data/MaskId"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { Row } from "@sluice/core/relation/Table"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Anonymity from "@sluice/warehouse/privacy/Anonymity"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import * as databases from "../../../warehouse/test/mysql/databases.ts"
import * as Generalisation from "../../src/privacy/Generalisation.ts"
import { Prng } from "../../src/sample/Prng.ts"
import { UsersRaw } from "../../src/tables/UsersRaw.ts"

type User = Row<typeof UsersRaw>

const at = "2024-03-01T09:30:00.000Z"
let made = 0
const user = (values: Partial<User> = {}): User => ({
  user_id: Id.make("user", String(made++)),
  created_at: at,
  updated_at: at,
  city_id: MaskId.make("city", 1),
  zipcode_id: MaskId.make("zipcode", 1),
  profession_id: MaskId.make("profession", 1),
  country: "Malta",
  email_domain: "a.example",
  birth_year: 1980,
  gender: "female",
  is_smoking: false,
  income: "10000.00",
  loaded_at: at,
  ...values
})
const users = (count: number, values: Partial<User> = {}) => Array.from({ length: count }, () => user(values))

const step: StepContext.Service = {
  runId: "r",
  asset: "users_raw",
  attempt: 1,
  slice: undefined,
  late: () => {},
  progress: () => undefined,
  dataVersion: () => undefined,
  metadata: () => undefined,
  staged: () => Effect.void,
  handOff: () => undefined,
  lastMadeFrom: undefined,
  last: undefined,
  concluded: Effect.void
}

/** The report for these users as the only stored ones. */
const measured = (rows: ReadonlyArray<User>, policy = Generalisation.asItCame) =>
  Effect.gen(function* () {
    const warehouse = yield* Warehouse
    yield* Effect.provideService(warehouse.publish(UsersRaw, Dataset.fromArray(rows)), StepContext, step)
    return yield* Anonymity.measure(UsersRaw, { least: Math.max(Anonymity.small, policy.emailDomainMin) })
  })

/** Classes and users by size: 1, 2–4, 5–9, 10–49, 50 and more. */
const sizes = ({ anonymity }: Anonymity.Findings) => anonymity.sizes.map((size) => [size.classes, size.users])
const summary = ({ anonymity: { classes, k, users } }: Anonymity.Findings) => ({ users, classes, k })
/** k, the people alone, the people in small classes, and the number of classes, by compared columns. */
const by = (comparisons: ReadonlyArray<Anonymity.Comparison>) =>
  Object.fromEntries(comparisons.map(({ about, classes, inSmall, k, unique }) => [about, [k, unique, inSmall, classes]]))

const embedded = Layer.unwrapScoped(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.makeTempDirectoryScoped({ prefix: "sluice-anonymity-" })
    return Layer.provide(SqliteStores.layer({ directory: `${root}/store` }), Layer.succeed(PipelineName, "spark"))
  })
).pipe(Layer.provide(NodeFileSystem.layer))

const suite = (name: string, store: typeof embedded | ReturnType<typeof databases.layer>, available: boolean) =>
  describe.skipIf(!available)(name, () => {
    it.live("one user who is unlike the others is counted, and gone is not", () =>
      Effect.gen(function* () {
        const crowd = [
          ...users(60),
          ...users(12, { city_id: MaskId.make("city", 2) }),
          ...users(5, { country: null }),
          ...users(3, { gender: null })
        ]
        const without = yield* measured(crowd)
        expect([summary(without), sizes(without)]).toStrictEqual([
          { users: 80, classes: 4, k: 3 },
          [
            [0, 0],
            [1, 3],
            [1, 5],
            [1, 12],
            [1, 60]
          ]
        ])
        const planted = yield* measured([...crowd, user({ zipcode_id: MaskId.make("zipcode", 77) })])
        expect([summary(planted), sizes(planted)]).toStrictEqual([
          { users: 81, classes: 5, k: 1 },
          [
            [1, 1],
            [1, 3],
            [1, 5],
            [1, 12],
            [1, 60]
          ]
        ])
        const bySubset = by(planted.bySubset)
        expect([
          bySubset["only zipcode_id"],
          bySubset["all but zipcode_id"],
          bySubset["all but gender"],
          bySubset["only country"]
        ]).toStrictEqual([
          [1, 1, 1, 2],
          [3, 0, 3, 4],
          [1, 1, 1, 4],
          [5, 0, 0, 2]
        ])
      }).pipe(Effect.provide(store))
    )

    it.live("values are compared by their bytes, and null is one more of them, in columns and in what is learned", () =>
      Effect.gen(function* () {
        const found = yield* measured([
          ...users(3, { country: "Zürich", is_smoking: null }),
          ...users(2, { country: "zurich", is_smoking: true }),
          user({ country: "zurich", is_smoking: null, income: null }),
          ...users(2, { country: null, income: "12000.00" }),
          user({ country: null, income: "19999.99", is_smoking: true }),
          user({ country: null, income: "20000.00", is_smoking: null })
        ])
        expect([summary(found), found.diversity]).toStrictEqual([
          { users: 10, classes: 3, k: 3 },
          [
            { column: "is_smoking", l: 1, one: 3, two: 3, more: 4 },
            { column: "income", l: 1, one: 3, two: 7, more: 0 }
          ]
        ])
      }).pipe(Effect.provide(store))
    )

    it.live("rare domains are counted without null and `other`", () =>
      Effect.gen(function* () {
        const found = yield* measured([
          ...users(6),
          ...users(5, { email_domain: "five.example" }),
          ...users(4, { email_domain: "four.example" }),
          user({ email_domain: "one.example" }),
          ...users(3, { email_domain: "other" }),
          ...users(2, { email_domain: null })
        ])
        expect(found.rare).toStrictEqual([
          { column: "email_domain", values: 4, users: 16, rareBelow: 5, rareValues: 2, rareUsers: 5 }
        ])
      }).pipe(Effect.provide(store))
    )

    it.live("what a setting would change is what it does change", () =>
      Effect.gen(function* () {
        const random = new Prng(11, 1, 1)
        const incomes: ReadonlyArray<User["income"]> = [
          null,
          "-0.01",
          "-90000.00",
          "0.00",
          "9999.99",
          "10000.00",
          "149999.99",
          "150000.00",
          "999999999999.99"
        ]
        const some = Array.from({ length: 300 }, () =>
          user({
            birth_year: random.below(5) === 0 ? null : 1975 + random.below(12),
            email_domain: [null, "a.example", "b.example", `${random.below(40)}.example`][random.below(4)] ?? null,
            income: incomes[random.below(incomes.length)] ?? null
          })
        )
        const rows = [
          ...some,
          ...users(7, { email_domain: "seven.example", birth_year: 1850 }),
          ...users(6, { email_domain: "six.example", birth_year: 1850 })
        ]
        const policy: Generalisation.Policy = { birth: "band", income: "band", emailDomainMin: 7 }
        const common = yield* Generalisation.commonDomains(
          policy,
          Dataset.fromArray(rows.map((row) => ({ emailDomain: row.email_domain })))
        )
        const coarser = rows.map((row) => ({
          ...row,
          birth_year: Generalisation.birthYear(policy, row.birth_year),
          email_domain: Generalisation.emailDomain(row.email_domain, common),
          income: Generalisation.income(policy, row.income)
        }))
        const told = by((yield* measured(rows, policy)).bySetting)
        const done = by((yield* measured(coarser, policy)).bySetting)
        const both = "SLUICE_EMAIL_DOMAIN_MIN=7 + SLUICE_BIRTH=band"
        expect([told[both], told[`with income: SLUICE_INCOME=band + ${both}`]]).toStrictEqual([
          done["as stored"],
          done["with income, as stored"]
        ])
        expect(done[both]).toStrictEqual(done["as stored"])
        expect(told[both]).not.toStrictEqual(told["as stored"])
        expect(told["with income: SLUICE_INCOME=band"]).not.toStrictEqual(told["with income, as stored"])
      }).pipe(Effect.provide(store))
    )

    it.live("of nobody, there is nothing to count", () =>
      Effect.gen(function* () {
        const found = yield* measured([])
        expect([summary(found), sizes(found), found.rare[0]?.users]).toStrictEqual([
          { users: 0, classes: 0, k: 0 },
          [
            [0, 0],
            [0, 0],
            [0, 0],
            [0, 0],
            [0, 0]
          ],
          0
        ])
        const zero = [0, 0, 0, 0]
        const compared = [...found.bySubset, ...found.bySetting]
        expect(by(compared)).toStrictEqual(Object.fromEntries(compared.map(({ about }) => [about, zero])))
      }).pipe(Effect.provide(store))
    )
  })

suite("anonymity on the embedded store", embedded, true)
for (const flavour of flavours) suite(`anonymity on ${flavour}`, databases.layer(flavour), isAvailable(flavour))
