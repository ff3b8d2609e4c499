import type { Pii } from "@sluice/core/data/Pii"
import * as Schema from "effect/Schema"
import * as Classification from "../privacy/classification.ts"
import * as Derivations from "../privacy/derivations.ts"
import * as Decoder from "./Decoder.ts"
import { countryLength, labelLength, maskedLength, money } from "./limits.ts"
import * as Reader from "./Reader.ts"
import { Subscription } from "./Subscription.ts"

/**
 * A user without what names them: what is to be masked is wrapped, email and birth date are reduced, and names and address
 * were never read.
 */
export interface User {
  readonly id: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly city: Pii<"city"> | null
  readonly zipcode: Pii<"zipcode"> | null
  readonly profession: Pii<"profession"> | null
  readonly country: string | null
  /** `null` also for an address without a domain. */
  readonly emailDomain: string | null
  readonly birthYear: number | null
  readonly gender: string | null
  readonly isSmoking: boolean | null
  /** An exact decimal. */
  readonly income: string | null
  readonly subscriptions: ReadonlyArray<Subscription>
}

const { field } = Decoder

const profile = {
  gender: field(Reader.nullable(Reader.text(labelLength))),
  isSmoking: field(Reader.nullable(Reader.boolean)),
  profession: field(Reader.nullable(Reader.pii("profession", maskedLength))),
  income: field(Reader.nullable(Reader.decimal(money)))
} satisfies Record<Classification.ReadField<typeof Classification.users, "profile.">, Schema.Schema.Any>

const fields = {
  id: field(Reader.id),
  createdAt: field(Reader.timestamp),
  updatedAt: field(Reader.timestamp),
  city: field(Reader.nullable(Reader.pii("city", maskedLength))),
  country: field(Reader.nullable(Reader.text(countryLength))),
  zipCode: field(Reader.nullable(Reader.pii("zipcode", maskedLength))),
  email: field(Reader.nullable(Reader.pii("email", maskedLength))),
  birthDate: field(Reader.nullable(Reader.birthDate))
} satisfies Record<Classification.ReadField<typeof Classification.users>, Schema.Schema.Any>

/**
 * A user as the API sends them. Ids and times must be there; any other value may be null or absent. `profile` and
 * `subscription` may be null, but not absent: that would be another API.
 */
const Source = Schema.Struct({
  ...fields,
  profile: Schema.NullOr(Schema.Struct(profile)),
  subscription: Schema.NullOr(Schema.Array(Subscription))
})

/** Decodes users. */
export const decoder: Decoder.Decoder<User> = Decoder.make(
  Source,
  Classification.knownFields(Classification.users),
  ({ birthDate, email, profile, subscription, zipCode, ...kept }): User => ({
    id: kept.id,
    createdAt: kept.createdAt,
    updatedAt: kept.updatedAt,
    city: kept.city,
    zipcode: zipCode,
    profession: profile?.profession ?? null,
    country: kept.country,
    emailDomain: email === null ? null : Derivations.emailDomain(email),
    birthYear: birthDate === null ? null : Derivations.birthYear(birthDate),
    gender: profile?.gender ?? null,
    isSmoking: profile?.isSmoking ?? null,
    income: profile?.income ?? null,
    subscriptions: subscription ?? []
  })
)
