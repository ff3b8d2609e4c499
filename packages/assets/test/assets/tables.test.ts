import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { messagesRaw } from "../../src/assets/messagesRaw.ts"
import { sensitiveCityIds } from "../../src/assets/sensitiveCityIds.ts"
import { sensitiveProfessionIds } from "../../src/assets/sensitiveProfessionIds.ts"
import { sensitiveZipcodeIds } from "../../src/assets/sensitiveZipcodeIds.ts"
import { subscriptionsRaw } from "../../src/assets/subscriptionsRaw.ts"
import { usersRaw } from "../../src/assets/usersRaw.ts"
import * as User from "../../src/domain/User.ts"
import * as Decoded from "../support/decoded.ts"
import { subscription, user } from "../support/sources.ts"

const usersOf = (...sources: ReadonlyArray<unknown>) => Dataset.fromArray(DecodedRows.decode(User.decoder, sources, 0).rows)
const noon = "2024-06-01T12:00:00.000Z"
const masks = {
  cities: MaskMap.of("city", { London: 3 }),
  zipcodes: MaskMap.of("zipcode", { "05734": 5 }),
  professions: MaskMap.of("profession", { Mathematician: 7 })
}

it.effect("users_raw holds mask ids for places and professions, and null for null", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(new Date(noon))
    const stranger = user({
      id: "2",
      city: null,
      zipCode: null,
      country: null,
      email: "no address",
      birthDate: null,
      profile: null
    })
    const { metadata, rows } = yield* materializeForTest(usersRaw, { users: usersOf(user(), stranger), ...masks })
    const times = { created_at: "2023-01-05T08:00:00.000Z", updated_at: "2024-02-01T09:30:00.000Z", loaded_at: noon }
    expect(rows).toStrictEqual([
      {
        user_id: "1",
        ...times,
        city_id: 3,
        zipcode_id: 5,
        profession_id: 7,
        country: "United Kingdom",
        email_domain: "analytical.engine",
        birth_year: 1985,
        gender: "female",
        is_smoking: false,
        income: "93216.50"
      },
      {
        user_id: "2",
        ...times,
        city_id: null,
        zipcode_id: null,
        profession_id: null,
        country: null,
        email_domain: null,
        birth_year: null,
        gender: null,
        is_smoking: null,
        income: null
      }
    ])
    expect(metadata).toStrictEqual({ rows: 2 })
  })
)

it.effect("a city without a mask id fails the load: it is never silently null", () =>
  Effect.gen(function* () {
    const cities = MaskMap.of("city", { Paris: 1 })
    const error = yield* Effect.flip(materializeForTest(usersRaw, { users: usersOf(user()), ...masks, cities }))
    expect([error._tag, error.retryable, error.message]).toStrictEqual([
      "MaskIdMissing",
      false,
      "A city has no mask id, so nothing was loaded into users_raw. Make the mask ids and the rows together, with `sluice materialize users_raw`."
    ])
  })
)

it.effect("subscriptions_raw has a row for each subscription, in its user's order", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(new Date(noon))
    const open = subscription({ startDate: null, endDate: null, status: "Rejected", amount: null })
    const users = usersOf(
      user({ subscription: [subscription(), open] }),
      user({ id: "2", subscription: [] }),
      user({ id: "3" })
    )
    const { rows } = yield* materializeForTest(subscriptionsRaw, { users })
    const first = {
      user_id: "1",
      position: 0,
      created_at: "2023-01-05T08:00:00.000Z",
      start_date: "2023-01-06T00:00:00.000Z",
      end_date: "2024-01-06T00:00:00.000Z",
      status: "Active",
      amount: "14.90",
      loaded_at: noon
    }
    expect(rows).toStrictEqual([
      first,
      { ...first, position: 1, start_date: null, end_date: null, status: "Rejected", amount: null },
      { ...first, user_id: "3" }
    ])
  })
)

it.effect("messages_raw has who, to whom and when", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(new Date(noon))
    const { rows } = yield* materializeForTest(messagesRaw, { messages: Dataset.of(Decoded.message()) })
    expect(rows).toStrictEqual([
      { id: "10", created_at: "2023-06-01T10:00:00.000Z", sender_id: "1", receiver_id: "2", loaded_at: noon }
    ])
  })
)

it.effect("each mask table is fed from its own field of users", () =>
  Effect.gen(function* () {
    const users = usersOf(user(), user({ id: "2", city: "Paris", zipCode: null }), user({ id: "3", city: "London" }))
    const cities = (yield* materializeForTest(sensitiveCityIds, { users })).value
    const zipcodes = (yield* materializeForTest(sensitiveZipcodeIds, { users })).value
    const professions = (yield* materializeForTest(sensitiveProfessionIds, { users })).value
    expect([
      cities.get(Pii.make("city", "London")),
      cities.get(Pii.make("city", "Paris")),
      cities.size,
      zipcodes.get(Pii.make("zipcode", "05734")),
      zipcodes.size,
      professions.get(Pii.make("profession", "Mathematician")),
      professions.size
    ]).toStrictEqual([2, 1, 2, 1, 1, 1, 1])
    // @ts-expect-error: a zip code cannot be looked up among the cities
    expect(cities.get(Pii.make("zipcode", "05734"))).toBe(undefined)
  })
)
