import { type Decoder, Rejection } from "@sluice/core/source/Decoder"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { countryLength, labelLength, maskedLength, money } from "../../../src/domain/limits.ts"
import * as Message from "../../../src/domain/Message.ts"
import * as Reader from "../../../src/domain/Reader.ts"
import * as User from "../../../src/domain/User.ts"
import type * as Classification from "../../../src/privacy/classification.ts"
import * as Derivations from "../../../src/privacy/derivations.ts"
import { accepted } from "./accepted.ts"

/** A field for a reader. A missing one is read as `undefined`. */
const field = <A>(read: Reader.Reader<A>): Schema.Schema<A, unknown> =>
  Schema.transformOrFail(Schema.Unknown, accepted<A>(), {
    strict: true,
    decode: (input, _options, ast) => {
      const value = read(input)
      return Reader.isRefusal(value)
        ? ParseResult.fail(new ParseResult.Type(ast, undefined, value.reason))
        : Either.right(value)
    },
    encode: (_value, _options, ast) => ParseResult.fail(new ParseResult.Forbidden(ast, undefined, "is read only"))
  })

const subscription = Schema.Struct({
  createdAt: field(Reader.timestamp),
  startDate: field(Reader.nullable(Reader.timestamp)),
  endDate: field(Reader.nullable(Reader.timestamp)),
  status: field(Reader.text(labelLength)),
  amount: field(Reader.nullable(Reader.decimal(money)))
} satisfies Record<Classification.ReadField<typeof Classification.users, "subscription[].">, Schema.Schema.Any>)

const profile = Schema.Struct({
  gender: field(Reader.nullable(Reader.text(labelLength))),
  isSmoking: field(Reader.nullable(Reader.boolean)),
  profession: field(Reader.nullable(Reader.pii("profession", maskedLength))),
  income: field(Reader.nullable(Reader.decimal(money)))
} satisfies Record<Classification.ReadField<typeof Classification.users, "profile.">, Schema.Schema.Any>)

const user = Schema.Struct({
  id: field(Reader.id("user")),
  createdAt: field(Reader.timestamp),
  updatedAt: field(Reader.timestamp),
  city: field(Reader.nullable(Reader.pii("city", maskedLength))),
  country: field(Reader.nullable(Reader.text(countryLength))),
  zipCode: field(Reader.nullable(Reader.pii("zipcode", maskedLength))),
  email: field(Reader.nullable(Reader.pii("email", maskedLength))),
  birthDate: field(Reader.nullable(Reader.birthDate)),
  profile: Schema.NullOr(profile),
  subscription: Schema.NullOr(Schema.Array(subscription))
} satisfies Record<
  Classification.ReadField<typeof Classification.users> | Classification.NestedField<typeof Classification.users>,
  Schema.Schema.Any
>)

const message = Schema.Struct({
  id: field(Reader.id("message")),
  createdAt: field(Reader.timestamp),
  senderId: field(Reader.id("user")),
  receiverId: field(Reader.id("user"))
} satisfies Record<Classification.ReadField<typeof Classification.messages>, Schema.Schema.Any>)

const decoder = <Source, I, A>(
  schema: Schema.Schema<Source, I>,
  { idOf, known }: Pick<Decoder<unknown>, "idOf" | "known">,
  build: (source: Source) => A
): Decoder<A> => {
  const parse = ParseResult.decodeUnknownEither(schema, { exact: false })
  return { known, idOf, decode: (row) => Either.merge(Either.mapBoth(parse(row), { onLeft: rejectionOf, onRight: build })) }
}

/** The specification of the handwritten decoder of messages, as a Schema. */
export const messages: Decoder<Message.Message> = decoder(message, Message.decoder, (one): Message.Message => one)

/** The specification of the handwritten decoder of users. */
export const users: Decoder<User.User> = decoder(
  user,
  User.decoder,
  ({ birthDate, email, profile, subscription, zipCode, ...kept }): User.User => ({
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

/** Finds the first invalid field. Paths consist of declared names and of list indices. */
const rejectionOf = (issue: ParseResult.ParseIssue): Rejection => {
  const path: Array<string> = []
  let current = issue
  for (;;) {
    switch (current._tag) {
      case "Pointer":
        path.push(...[current.path].flat().map(String))
        current = current.issue
        break
      case "Composite":
        current = "_tag" in current.issues ? current.issues : current.issues[0]
        break
      case "Transformation":
      case "Refinement":
        current = current.issue
        break
      case "Missing":
        return new Rejection(path.join("."), "is missing")
      case "Type":
        return new Rejection(path.join("."), current.message ?? shapeOf(current.ast._tag))
      case "Unexpected":
      case "Forbidden":
        return new Rejection(path.join("."), "is not allowed")
    }
  }
}

const shapeOf = (expected: string): string => {
  switch (expected) {
    case "TypeLiteral":
      return "is not an object"
    case "TupleType":
      return "is not a list"
    default:
      return "has the wrong type"
  }
}
