import { expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { cases } from "../../../../test/setup/size.ts"
import * as Message from "../../src/domain/Message.ts"
import * as User from "../../src/domain/User.ts"
import { message, subscription, user } from "../support/sources.ts"
import * as Schemas from "./specification/Schemas.ts"

/** Any content of a field, valid or not. */
const anything = FastCheck.oneof(
  { arbitrary: FastCheck.constantFrom(null, undefined, "", "NULL", true, false, 0, -0, 7, 1.5, 2 ** 53), weight: 4 },
  FastCheck.constantFrom("2024-02-29T10:00:00+01:00", "2024-02-30T00:00:00.000Z", "2023-06-01T10:00:00.000Z", "1985-12-10"),
  FastCheck.constantFrom("1e3", "NaN", "1,000.00", "12.50", "0.00", "-3", "00.10", "999999999999.99", "9999999999999.99"),
  FastCheck.constantFrom(
    "\ud800",
    "x".repeat(65),
    "🙂".repeat(64),
    "x".repeat(129),
    "a@b.example",
    "a@B.Example",
    "no address"
  ),
  FastCheck.constantFrom([], {}, [[]], [null], { id: 1 }, [{ createdAt: null }]),
  FastCheck.string({ unit: "binary" }),
  FastCheck.double({ noDefaultInfinity: true, noNaN: true }),
  FastCheck.jsonValue()
)

/** An object with some fields replaced, some removed, and some unknown ones. `__proto__` is an ordinary field. */
const spoiled = (good: object): FastCheck.Arbitrary<unknown> => {
  const name = FastCheck.oneof(
    { arbitrary: FastCheck.constantFrom(...Object.keys(good)), weight: 6 },
    FastCheck.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "surprise")
  )
  return FastCheck.tuple(
    FastCheck.array(FastCheck.tuple(name, anything), { maxLength: 2 }),
    FastCheck.oneof({ arbitrary: FastCheck.constant([]), weight: 3 }, FastCheck.array(name, { maxLength: 2 })),
    FastCheck.boolean()
  ).map(([changes, missing, reversed]) => {
    const fields = new Map<string, unknown>([...Object.entries(good), ...changes])
    for (const one of missing) fields.delete(one)
    return built(reversed ? [...fields].reverse() : [...fields])
  })
}

const built = (entries: ReadonlyArray<readonly [string, unknown]>): object => {
  const object = {}
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

const users = FastCheck.oneof(
  spoiled(user()),
  FastCheck.tuple(spoiled(user().profile), FastCheck.array(spoiled(subscription()), { maxLength: 3 })).map(
    ([profile, subscription]) => user({ profile, subscription })
  ),
  anything
)

const thoroughly = { fastCheck: { numRuns: cases(3_000) } }

it.prop(
  "a user is decoded, or rejected for the same reason at the same field, as the schema says",
  [users],
  ([row]) => {
    expect(User.decoder.decode(row)).toEqual(Schemas.users.decode(row))
  },
  thoroughly
)

it.prop(
  "a message is decoded, or rejected for the same reason at the same field, as the schema says",
  [FastCheck.oneof(spoiled(message()), anything)],
  ([row]) => {
    expect(Message.decoder.decode(row)).toEqual(Schemas.messages.decode(row))
  },
  thoroughly
)
