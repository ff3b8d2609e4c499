import { expect, it } from "@effect/vitest"
import { Pii } from "@sluice/core/data/Pii"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import { Rejection } from "@sluice/core/source/Decoder"
import * as FastCheck from "effect/FastCheck"
import * as User from "../../src/domain/User.ts"
import { subscription, user } from "../support/sources.ts"

const { decode } = User.decoder
const ada = decode(user())

it("a user keeps what analysts may see, what is to be masked is wrapped, the rest is gone", () => {
  expect(ada).toStrictEqual({
    id: "1",
    createdAt: "2023-01-05T08:00:00.000Z",
    updatedAt: "2024-02-01T09:30:00.000Z",
    city: Pii.make("city", "London"),
    zipcode: Pii.make("zipcode", "05734"),
    profession: Pii.make("profession", "Mathematician"),
    country: "United Kingdom",
    emailDomain: "analytical.engine",
    birthYear: 1985,
    gender: "female",
    isSmoking: false,
    income: "93216.50",
    subscriptions: [
      {
        createdAt: "2023-01-05T08:00:00.000Z",
        startDate: "2023-01-06T00:00:00.000Z",
        endDate: "2024-01-06T00:00:00.000Z",
        status: "Active",
        amount: "14.90"
      }
    ]
  })
  const { rows } = DecodedRows.decode(User.decoder, [user()], 0)
  expect(rows.map(({ city, zipcode, profession }) => [city, zipcode, profession])).toStrictEqual([
    [Pii.make("city", "London"), Pii.make("zipcode", "05734"), Pii.make("profession", "Mathematician")]
  ])
})

it("null and absent values are null; an empty list is an empty list", () => {
  const bare = { id: "1", createdAt: user().createdAt, updatedAt: user().updatedAt }
  const nothing = {
    ...bare,
    city: null,
    zipcode: null,
    profession: null,
    country: null,
    emailDomain: null,
    birthYear: null,
    gender: null,
    isSmoking: null,
    income: null,
    subscriptions: []
  }
  expect([
    decode({ ...bare, profile: null, subscription: null }),
    decode({ ...bare, city: null, profile: {}, subscription: [] })
  ]).toStrictEqual([nothing, nothing])
})

it("a rejection tells the field and what is wrong with it", () => {
  const rows: ReadonlyArray<readonly [unknown, string, string]> = [
    [null, "", "is not an object"],
    ["a user", "", "is not an object"],
    [[user()], "", "is not an object"],
    [user({ id: null }), "id", "is neither text nor a whole number"],
    [user({ id: undefined }), "id", "is neither text nor a whole number"],
    [{}, "id", "is missing"],
    [user({ createdAt: 1709285400 }), "createdAt", "is not an ISO 8601 time with a zone"],
    [user({ updatedAt: "2024-02-30T00:00:00.000Z" }), "updatedAt", "is not an ISO 8601 time with a zone"],
    [user({ birthDate: "yesterday" }), "birthDate", "is not an ISO 8601 date"],
    [user({ city: 7 }), "city", "is not text"],
    [user({ city: "\ud800" }), "city", "holds half of a surrogate pair"],
    [user({ country: "x".repeat(129) }), "country", "is too long"],
    [user({ profile: "none" }), "profile", "is not an object"],
    [user({ profile: { isSmoking: "true" } }), "profile.isSmoking", "is neither true nor false"],
    [user({ profile: { income: "1,000.00" } }), "profile.income", "is not a decimal"],
    [user({ subscription: {} }), "subscription", "is not a list"],
    [user({ subscription: [subscription(), 5] }), "subscription.1", "is not an object"],
    [user({ subscription: [subscription({ amount: "NaN" })] }), "subscription.0.amount", "is not a decimal"],
    [user({ subscription: [subscription({ status: null })] }), "subscription.0.status", "is not text"]
  ]
  expect(rows.map(([row]) => decode(row))).toStrictEqual(rows.map(([, field, reason]) => new Rejection(field, reason)))
})

it("an absent profile or subscription is another API, and refused", () => {
  const { profile: _profile, ...withoutProfile } = user()
  const { subscription: _subscription, ...withoutSubscription } = user()
  expect([decode(withoutProfile), decode(withoutSubscription)]).toStrictEqual([
    new Rejection("profile", "is missing"),
    new Rejection("subscription", "is missing")
  ])
})

it("fields that are dropped are never read: whatever they hold, the user is the same", () => {
  const odd = { firstName: { deep: [1] }, lastName: 5, address: "\ud800", username: "x", password: "y" }
  expect(decode(user(odd))).toStrictEqual(ada)
})

it("names of JavaScript's own are fields like others, and change nothing", () => {
  const row = JSON.parse(
    JSON.stringify(user()).replace("{", '{"__proto__":{"city":"P"},"constructor":1,"toString":2,"hasOwnProperty":3,')
  )
  expect(decode(row)).toStrictEqual(ada)
  expect(Object.hasOwn({}, "city") || "city" in {}).toStrictEqual(false)
})

it("a megabyte in a masked field is kept whole", () => {
  const long = "x".repeat(1_048_576)
  const { rows } = DecodedRows.decode(User.decoder, [user({ city: `${long}a` }), user({ city: `${long}b` })], 0)
  expect(rows.map(({ city }) => city)).toStrictEqual([Pii.make("city", `${long}a`), Pii.make("city", `${long}b`)])
})

const optional = <A>(arbitrary: FastCheck.Arbitrary<A>) => FastCheck.option(arbitrary, { nil: null })
const time = FastCheck.date({
  min: new Date("1900-01-01T00:00:00Z"),
  max: new Date("2100-01-01T00:00:00Z"),
  noInvalidDate: true
}).map((date) => date.toISOString())
const words = FastCheck.string({ unit: "binary", maxLength: 40 })
const amount = FastCheck.integer({ min: 0, max: 10_000_000 }).map((cents) => (cents / 100).toFixed(2))
const validUser = FastCheck.record({
  id: FastCheck.uuid(),
  createdAt: time,
  updatedAt: time,
  firstName: words,
  lastName: words,
  address: words,
  city: optional(words),
  country: optional(words),
  zipCode: optional(words),
  email: optional(FastCheck.emailAddress()),
  birthDate: optional(time),
  profile: FastCheck.record({
    gender: optional(words),
    isSmoking: FastCheck.boolean(),
    profession: optional(words),
    income: optional(amount)
  }),
  subscription: FastCheck.array(
    FastCheck.record({ createdAt: time, startDate: time, endDate: time, status: words, amount }),
    { maxLength: 3 }
  )
})

it.prop("every valid user survives, field by field", [validUser], ([source]) => {
  const { rows, rejected } = DecodedRows.decode(User.decoder, [source], 0)
  const wrapped = (kind: string, text: string | null) => (text === null ? null : Pii.make(kind, text))
  expect(rejected).toStrictEqual([])
  expect(rows.map(({ emailDomain: _domain, ...kept }) => kept)).toStrictEqual([
    {
      id: source.id,
      createdAt: source.createdAt,
      updatedAt: source.updatedAt,
      country: source.country,
      birthYear: source.birthDate === null ? null : Number(source.birthDate.slice(0, 4)),
      gender: source.profile.gender,
      isSmoking: source.profile.isSmoking,
      income: source.profile.income,
      subscriptions: source.subscription,
      city: wrapped("city", source.city),
      zipcode: wrapped("zipcode", source.zipCode),
      profession: wrapped("profession", source.profile.profession)
    }
  ])
})
