import { inspect } from "node:util"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import { reveal } from "@sluice/core/data/PiiReveal"
import { assert, describe, it } from "vitest"

const secret = "Tunbridge Wells"
const city = Pii.make("city", secret)

describe("Pii", () => {
  it("prints as its kind, whichever way it is printed", () => {
    const printed = [
      `${city}`,
      String(city),
      `${[city]}`,
      JSON.stringify({ city }),
      inspect(city, { showHidden: true, depth: 9 }),
      inspect({ nested: [city] }),
      JSON.stringify(structuredClone({ ...city })),
      inspect(new Error("x", { cause: city })),
      Object.entries(city).join()
    ]
    assert.deepStrictEqual(
      printed.filter((text) => text.includes("Tunbridge")),
      []
    )
    assert.strictEqual(`${city}`, "<city>")
    assert.strictEqual(JSON.stringify({ city }), '{"city":"<city>"}')
  })

  it("gives its value to whoever may reveal it", () => {
    assert.strictEqual(reveal(city), secret)
  })
})

describe("MaskMap", () => {
  it("knows the ids of exactly the values it was given", () => {
    const cities = MaskMap.of("city", { Zürich: 1, zurich: 2, "Zürich ": 3 })
    const ids = ["Zürich", "zurich", "Zürich ", "ZÜRICH", "toString", "__proto__"].map((name) =>
      cities.get(Pii.make("city", name))
    )
    assert.deepStrictEqual(ids, [1, 2, 3, undefined, undefined, undefined])
  })
})
