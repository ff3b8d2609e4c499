import type { Decimal } from "@sluice/core/data/Decimal"
import type { Id } from "@sluice/core/data/Id"
import type { Pii } from "@sluice/core/data/Pii"
import type { Timestamp } from "@sluice/core/data/Timestamp"
import { type Decoder, isObject, isRejection, Rejection } from "@sluice/core/source/Decoder"
import * as Classification from "../privacy/classification.ts"
import * as Derivations from "../privacy/derivations.ts"
import { countryLength, labelLength, maskedLength, money } from "./limits.ts"
import * as Reader from "./Reader.ts"
import * as Subscription from "./Subscription.ts"

/**
 * A user without identifying fields. Fields to mask are wrapped, email and birth date are reduced, and names and address are
 * never read.
 */
export interface User {
  readonly id: Id<"user">
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
  readonly city: Pii<"city"> | null
  readonly zipcode: Pii<"zipcode"> | null
  readonly profession: Pii<"profession"> | null
  readonly country: string | null
  /** `null` also for an address without a domain. */
  readonly emailDomain: string | null
  readonly birthYear: number | null
  readonly gender: string | null
  readonly isSmoking: boolean | null
  readonly income: Decimal | null
  readonly subscriptions: ReadonlyArray<Subscription.Subscription>
}

type Fields = Classification.ReadField<typeof Classification.users>
type ProfileFields = Classification.ReadField<typeof Classification.users, "profile.">
type Nested = Classification.NestedField<typeof Classification.users>

/**
 * Decodes the API's users. Ids and times are required; any other value may be null or missing. `profile` and `subscription` may
 * be null, but not missing: that would be another API.
 */
export const decoder: Decoder<User> = {
  known: Classification.knownFields(Classification.users),
  idOf: Reader.idOf,
  decode: (row) => {
    if (!isObject<Fields | Nested>(row)) return new Rejection("", "is not an object")
    const kept = decodeFields(row)
    if (isRejection(kept)) return kept
    const profile = row.profile === null ? none : decodeProfile(row.profile, row)
    if (isRejection(profile)) return profile
    const subscriptions = row.subscription === null ? [] : decodeSubscriptions(row.subscription, row)
    if (isRejection(subscriptions)) return subscriptions
    return {
      id: kept.id,
      createdAt: kept.createdAt,
      updatedAt: kept.updatedAt,
      city: kept.city,
      zipcode: kept.zipCode,
      profession: profile.profession,
      country: kept.country,
      emailDomain: kept.email === null ? null : Derivations.emailDomain(kept.email),
      birthYear: kept.birthDate === null ? null : Derivations.birthYear(kept.birthDate),
      gender: profile.gender,
      isSmoking: profile.isSmoking,
      income: profile.income,
      subscriptions
    }
  }
}

const readId = Reader.id("user")
const readCity = Reader.nullable(Reader.pii("city", maskedLength))
const readCountry = Reader.nullable(Reader.text(countryLength))
const readZipCode = Reader.nullable(Reader.pii("zipcode", maskedLength))
const readEmail = Reader.nullable(Reader.pii("email", maskedLength))
const readBirthDate = Reader.nullable(Reader.birthDate)
const readGender = Reader.nullable(Reader.text(labelLength))
const readSmoking = Reader.nullable(Reader.boolean)
const readProfession = Reader.nullable(Reader.pii("profession", maskedLength))
const readIncome = Reader.nullable(Reader.decimal(money))

const decodeFields = (row: { readonly [K in Fields]?: unknown }) => {
  const id = readId(row.id)
  if (Reader.isRefusal(id)) return Reader.refused(row, "", "id", id)
  const createdAt = Reader.timestamp(row.createdAt)
  if (Reader.isRefusal(createdAt)) return Reader.refused(row, "", "createdAt", createdAt)
  const updatedAt = Reader.timestamp(row.updatedAt)
  if (Reader.isRefusal(updatedAt)) return Reader.refused(row, "", "updatedAt", updatedAt)
  const city = readCity(row.city)
  if (Reader.isRefusal(city)) return Reader.refused(row, "", "city", city)
  const country = readCountry(row.country)
  if (Reader.isRefusal(country)) return Reader.refused(row, "", "country", country)
  const zipCode = readZipCode(row.zipCode)
  if (Reader.isRefusal(zipCode)) return Reader.refused(row, "", "zipCode", zipCode)
  const email = readEmail(row.email)
  if (Reader.isRefusal(email)) return Reader.refused(row, "", "email", email)
  const birthDate = readBirthDate(row.birthDate)
  if (Reader.isRefusal(birthDate)) return Reader.refused(row, "", "birthDate", birthDate)
  return { id, createdAt, updatedAt, city, country, zipCode, email, birthDate } satisfies Record<Fields, unknown>
}

const none = { gender: null, isSmoking: null, profession: null, income: null } satisfies Record<ProfileFields, null>

const decodeProfile = (profile: unknown, row: object) => {
  if (!isObject<ProfileFields>(profile)) return unfit(row, "profile", "is not an object")
  const gender = readGender(profile.gender)
  if (Reader.isRefusal(gender)) return Reader.refused(profile, "profile.", "gender", gender)
  const isSmoking = readSmoking(profile.isSmoking)
  if (Reader.isRefusal(isSmoking)) return Reader.refused(profile, "profile.", "isSmoking", isSmoking)
  const profession = readProfession(profile.profession)
  if (Reader.isRefusal(profession)) return Reader.refused(profile, "profile.", "profession", profession)
  const income = readIncome(profile.income)
  if (Reader.isRefusal(income)) return Reader.refused(profile, "profile.", "income", income)
  return { gender, isSmoking, profession, income } satisfies Record<ProfileFields, unknown>
}

const decodeSubscriptions = (list: unknown, row: object): ReadonlyArray<Subscription.Subscription> | Rejection => {
  if (!Array.isArray(list)) return unfit(row, "subscription", "is not a list")
  const subscriptions: Array<Subscription.Subscription> = []
  for (let index = 0; index < list.length; index++) {
    const subscription = Subscription.decode(list[index], index)
    if (isRejection(subscription)) return subscription
    subscriptions.push(subscription)
  }
  return subscriptions
}

const unfit = (row: object, name: Nested, reason: string): Rejection =>
  new Rejection(name, Object.hasOwn(row, name) ? reason : "is missing")
