import { format, inspect } from "node:util"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import { reveal } from "@sluice/core/data/PiiReveal"
import * as Cause from "effect/Cause"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
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

  it("keeps its value through everything that copies, compares, lists or throws it", () => {
    const thrown = (): unknown => {
      try {
        throw city
      } catch (error) {
        return error
      }
    }
    const printed = [
      inspect(structuredClone(city), { showHidden: true }),
      inspect(structuredClone([new Map([["city", { city: { ...city } }]])]), { showHidden: true, depth: 9 }),
      inspect(new Error("x", { cause: new Error("y", { cause: { city } }) }), { depth: 9, showHidden: true }),
      inspect(new AggregateError([city], "x"), { depth: 9, showHidden: true }),
      inspect(thrown(), { customInspect: false, showHidden: true, getters: true }),
      inspect(new Set([city]), { depth: 9, showHidden: true, showProxy: true }),
      format("%s %o %O %j", city, city, { city }, city),
      `${new Error(String(city)).stack}`,
      `city ${city} `.concat(String([city, { city }])),
      String(Object.assign({}, city)),
      JSON.stringify({ ...city }),
      JSON.stringify([...new Map([[city, city]])]),
      JSON.stringify(Object.getOwnPropertyDescriptors(city)),
      Reflect.ownKeys(city).join(),
      Object.values(city).join(),
      Cause.pretty(Cause.fail(city), { renderErrorCause: true }),
      Cause.pretty(Cause.die(new Error("x", { cause: city })), { renderErrorCause: true }),
      JSON.stringify(Exit.fail(city)),
      inspect(Exit.die(city), { depth: 9 }),
      String(Either.left(city)),
      Inspectable.toStringUnknown(city),
      Inspectable.format({ city })
    ]
    assert.deepStrictEqual(
      printed.map((text, i) => (/tunbridge/i.test(text) ? i : -1)).filter((i) => i >= 0),
      []
    )
    assert.isTrue(Number.isNaN(Number(city)))
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
