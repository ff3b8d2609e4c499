import { assert, it } from "@effect/vitest"
import { reveal } from "@sluice/core/data/PiiReveal"
import * as Page from "../../src/domain/Page.ts"
import * as User from "../../src/domain/User.ts"
import * as SpillCodecs from "../../src/privacy/spillCodecs.ts"
import { user } from "../support/sources.ts"

it("users come back from a spill as they went in, nulls and odd text included", () => {
  const odd = { city: "Zürich\u0000\n🙂", zipCode: null, profile: { gender: null, profession: "", income: null } }
  const { rows } = Page.decode(User.decoder, [user(), user(odd)], 0)
  const back = SpillCodecs.users.decode(SpillCodecs.users.encode(rows))
  const clear = (all: typeof rows) =>
    all.map((one) => ({ ...one, hidden: [one.city, one.zipcode, one.profession].map((pii) => pii && reveal(pii)) }))
  assert.deepStrictEqual(clear(back), clear(rows))
  assert.deepStrictEqual(
    clear(back).map(({ hidden }) => hidden),
    [
      ["London", "05734", "Mathematician"],
      ["Zürich\u0000\n🙂", null, ""]
    ]
  )
})
