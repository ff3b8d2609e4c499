import { expect, it } from "@effect/vitest"
import { Pii } from "@sluice/core/data/Pii"
import * as DecodedRows from "@sluice/core/source/DecodedRows"
import * as User from "../../src/domain/User.ts"
import * as SpillCodecs from "../../src/privacy/spillCodecs.ts"
import { user } from "../support/sources.ts"

it("users come back from a spill as they went in, nulls and odd text included", () => {
  const odd = { city: "Zürich\u0000\n🙂", zipCode: null, profile: { gender: null, profession: "", income: null } }
  const { rows } = DecodedRows.decode(User.decoder, [user(), user(odd)], 0)
  const back = SpillCodecs.users.decode(SpillCodecs.users.encode(rows))
  expect(back).toStrictEqual(rows)
  expect(back.map(({ city, profession, zipcode }) => [city, zipcode, profession])).toStrictEqual([
    [Pii.make("city", "London"), Pii.make("zipcode", "05734"), Pii.make("profession", "Mathematician")],
    [Pii.make("city", "Zürich\u0000\n🙂"), null, Pii.make("profession", "")]
  ])
})
