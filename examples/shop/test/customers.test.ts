import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Id from "@sluice/core/data/Id"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import { customers } from "../assets/customers.ts"

it.effect("a customer is known by mask ids, and a city or postcode that is missing stays so", () =>
  Effect.gen(function* () {
    const user = {
      id: Id.make("user", "u1"),
      registered_at: "2024-03-01T09:30:00.000Z",
      city: Pii.make("city", "Oslo"),
      postcode: null
    } as const
    const { rows } = yield* materializeForTest(customers, {
      users: Dataset.of(user),
      cities: MaskMap.of("city", { Oslo: 7 }),
      postcodes: MaskMap.of("postcode", {})
    })
    expect(rows).toStrictEqual([{ user_id: "u1", registered_at: "2024-03-01T09:30:00.000Z", city_id: 7, postcode_id: null }])
  })
)
