import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Decimal from "@sluice/core/data/Decimal"
import * as Id from "@sluice/core/data/Id"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { usersRaw } from "../../src/assets/usersRaw.ts"
import * as User from "../../src/domain/User.ts"
import * as Derivations from "../../src/privacy/derivations.ts"
import * as Generalisation from "../../src/privacy/Generalisation.ts"
import { commonDomain, incomeBand } from "../../src/tables/coarser.ts"
import { UsersRaw } from "../../src/tables/UsersRaw.ts"
import { user } from "../support/sources.ts"

const bands: Generalisation.Policy = { birth: "band", income: "band", emailDomainMin: 1 }
const { asItCame } = Generalisation
const incomeBands: ReadonlyArray<number> = incomeBand.bounds

const Year = FastCheck.integer({ min: 0, max: 9999 })
/** Every income that the decoder accepts: at most 14 digits, two of them behind the point. */
const Income = FastCheck.integer({ min: -99_999_999_999_999, max: 99_999_999_999_999 }).map((cents) => decimal(cents))
const NearBounds = FastCheck.tuple(FastCheck.constantFrom(...incomeBands), FastCheck.integer({ min: -2, max: 2 })).map(
  ([bound, cents]) => decimal(bound * 100 + cents)
)

const decimal = (cents: number) => Decimal.fromNumber(cents / 100, 2)

describe("a band of birth", () => {
  it.prop("contains the year", [Year], ([year]) => {
    const band = Generalisation.birthYear(bands, year) ?? Number.NaN
    return band <= year && year < band + 10 && band % 10 === 0
  })

  it.prop("is its own band, and a year is its own year", [Year], ([year]) => {
    const once = Generalisation.birthYear(bands, year)
    return Generalisation.birthYear(bands, once) === once && Generalisation.birthYear(asItCame, year) === year
  })
})

describe("a band of income", () => {
  it.prop("contains the income", [FastCheck.oneof(Income, NearBounds)], ([income]) => {
    const band = Generalisation.income(bands, income)
    const amount = Number(income)
    const bound = Number(band)
    const next = incomeBands[incomeBands.indexOf(bound) + 1] ?? Number.POSITIVE_INFINITY
    return amount < 0 ? bound === -10_000 : incomeBands.includes(bound) && bound <= amount && amount < next
  })

  it.prop(
    "is an exact decimal and its own band; an exact income stays",
    [FastCheck.oneof(Income, NearBounds)],
    ([income]) => {
      const once = Generalisation.income(bands, income)
      return (
        /^-?\d{1,12}\.\d\d$/.test(once ?? "") &&
        Generalisation.income(bands, once) === once &&
        Generalisation.income(asItCame, income) === income
      )
    }
  )

  it("is told by its lower bound", () => {
    expect(
      (["93216.50", "9999.99", "10000.00", "149999.99", "999999999999.99", "0.00", "-0.01"] as const).map((income) =>
        Generalisation.income(bands, income)
      )
    ).toStrictEqual(["90000.00", "0.00", "10000.00", "100000.00", "200000.00", "0.00", "-10000.00"])
  })
})

describe("a minimum count of a domain", () => {
  const Users = FastCheck.array(
    FastCheck.record({ emailDomain: FastCheck.constantFrom("a.example", "b.example", "c.example", "d.example", null) }),
    { maxLength: 30 }
  )

  const generalised = (users: ReadonlyArray<{ readonly emailDomain: string | null }>, emailDomainMin: number) =>
    Effect.map(Generalisation.commonDomains({ ...asItCame, emailDomainMin }, Dataset.fromArray(users, 4)), (common) =>
      users.map((one) => Generalisation.emailDomain(one.emailDomain, common))
    )

  it.effect.prop(
    "makes `other` of exactly the domains that fewer users have",
    [Users, FastCheck.integer({ min: 1, max: 8 })],
    ([users, least]) =>
      Effect.gen(function* () {
        const count = (domain: string | null) => users.filter((one) => one.emailDomain === domain).length
        expect(yield* generalised(users, least)).toStrictEqual(
          users.map(({ emailDomain: domain }) => (domain === null || count(domain) >= least ? domain : "other"))
        )
      })
  )

  it.effect.prop(
    "leaves what it has generalised as it is",
    [Users, FastCheck.integer({ min: 1, max: 8 })],
    ([users, least]) =>
      Effect.gen(function* () {
        const once = yield* generalised(users, least)
        expect(
          yield* generalised(
            once.map((emailDomain) => ({ emailDomain })),
            least
          )
        ).toStrictEqual(once)
      })
  )

  it("cannot be confused with a domain: none is without a dot", () => {
    expect([
      Derivations.emailDomain(Pii.make("email", "ada@other")),
      Derivations.emailDomain(Pii.make("email", "ada@other.example")),
      commonDomain.other.includes(".")
    ]).toStrictEqual([null, "other.example", false])
  })
})

describe("users_raw", () => {
  const masks = {
    cities: MaskMap.of("city", { London: 3 }),
    zipcodes: MaskMap.of("zipcode", { "05734": 5 }),
    professions: MaskMap.of("profession", { Mathematician: 7 })
  }
  const sources = [user(), user({ id: "2", email: "b@rare.example" }), user({ id: "3", birthDate: null, email: null })]
  const users = Dataset.fromArray(DecodedRows.decode(User.decoder, sources, 0).rows)
  const told = (policy: Generalisation.Policy) =>
    materializeForTest(usersRaw, {
      users: Dataset.flatMap(users, (one) => [one, { ...one, id: Id.make("user", `${one.id}b`) }]),
      ...masks
    }).pipe(
      Effect.provideService(Generalisation.Generalisation, policy),
      Effect.map(({ rows, value }) => [
        value,
        ...rows.map((row) => [row.user_id, row.birth_year, row.income, row.email_domain])
      ])
    )

  it.effect("is made under the policy", () =>
    Effect.gen(function* () {
      const twice = (id: string, ...rest: ReadonlyArray<unknown>) => [
        [id, ...rest],
        [`${id}b`, ...rest]
      ]
      expect(yield* told({ ...bands, emailDomainMin: 3 })).toStrictEqual([
        { relation: UsersRaw },
        ...twice("1", 1980, "90000.00", "other"),
        ...twice("2", 1980, "90000.00", "other"),
        ...twice("3", null, "90000.00", null)
      ])
      expect(yield* told(asItCame)).toStrictEqual([
        { relation: UsersRaw },
        ...twice("1", 1985, "93216.50", "analytical.engine"),
        ...twice("2", 1985, "93216.50", "rare.example"),
        ...twice("3", null, "93216.50", null)
      ])
    })
  )
})
