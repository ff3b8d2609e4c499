import NodeAssert from "node:assert"
import { format, inspect, isDeepStrictEqual } from "node:util"
import * as MaskMap from "@sluice/core/data/MaskMap"
import * as PersonalValue from "@sluice/core/data/Pii"
import { Pii } from "@sluice/core/data/Pii"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { chai, describe, expect, it } from "vitest"

declare module "vitest" {
  interface Assertion {
    readonly toEqualWithoutTesters: (expected: unknown) => void
  }
}

expect.extend({
  toEqualWithoutTesters(received: unknown, expected: unknown) {
    return { pass: this.equals(received, expected), message: () => "" }
  }
})

const secret = "Tunbridge Wells"
const city = Pii.make("city", secret)

class Told extends Data.TaggedClass("Told")<{ readonly city: unknown }> {}
class Broken extends Data.TaggedError("Broken")<{ readonly city: unknown }> {}

/** What each of Effect's own loggers makes of it, in a message, an annotation and a cause. */
const logged = (): ReadonlyArray<string> => {
  const written: Array<string> = []
  const loggers = [Logger.stringLogger, Logger.logfmtLogger, Logger.jsonLogger].map((logger) =>
    Logger.map(logger, (text) => void written.push(text))
  )
  const structured = Logger.map(Logger.structuredLogger, (entry) => void written.push(inspect(entry, { depth: 9 })))
  const all = [...loggers, structured].reduce((one, other) => Logger.zipLeft(one, other))
  Effect.logError("city", city, { city }, Cause.fail(city)).pipe(
    Effect.annotateLogs({ city }),
    Effect.provide(Logger.replace(Logger.defaultLogger, all)),
    Effect.runSync
  )
  expect(written.length).toBe(4)
  return written
}

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
    expect(printed.filter((text) => text.includes("Tunbridge"))).toStrictEqual([])
    expect(`${city}`).toBe("<city>")
    expect(JSON.stringify({ city })).toBe('{"city":"<city>"}')
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
      Reflect.ownKeys(city).map(String).join(),
      Object.values(city).join(),
      Cause.pretty(Cause.fail(city), { renderErrorCause: true }),
      Cause.pretty(Cause.die(new Error("x", { cause: city })), { renderErrorCause: true }),
      JSON.stringify(Exit.fail(city)),
      inspect(Exit.die(city), { depth: 9 }),
      String(Either.left(city)),
      Inspectable.toStringUnknown(city),
      Inspectable.format({ city }),
      ...logged(),
      Schema.decodeUnknownEither(Schema.Struct({ city: Schema.Number }))({ city }).toString(),
      String(new Told({ city })),
      inspect(new Told({ city }), { depth: 9 }),
      JSON.stringify(new Told({ city })),
      inspect(new Broken({ city }), { depth: 9, showHidden: true }),
      Cause.pretty(Cause.fail(new Broken({ city }))),
      inspect(Redacted.make(city)),
      inspect(Option.some(city)),
      String(Chunk.of(city))
    ]
    expect(printed.map((text, i) => (/tunbridge/i.test(text) ? i : -1)).filter((i) => i >= 0)).toStrictEqual([])
    expect(Number.isNaN(Number(city))).toBe(true)
  })

  it("throws where it is compared deeply, whoever compares, nested and copied too, and says what to use", () => {
    const other = Pii.make("city", "Oslo")
    const comparisons = [
      () => NodeAssert.deepStrictEqual(city, other),
      () => NodeAssert.deepStrictEqual({ users: [{ city }] }, { users: [{ city: Pii.make("city", secret) }] }),
      () => NodeAssert.notDeepStrictEqual(city, other),
      () => NodeAssert.deepStrictEqual(new Map([["city", city]]), new Map([["city", other]])),
      () => isDeepStrictEqual(city, other),
      () => chai.assert.deepStrictEqual(city, other),
      () => chai.assert.deepEqual([city], [other]),
      () => NodeAssert.deepStrictEqual({ ...city }, { ...other })
    ]
    for (const compare of comparisons) {
      expect(compare).toThrow(/personal values were compared deeply.*addEqualityTesters\(\[piiEquality\]\)/)
    }
    NodeAssert.deepStrictEqual({ city }, { city })
    NodeAssert.notDeepStrictEqual(city, Pii.make("zipcode", secret))
  })

  it("is compared by kind and value where vitest has the tester, and a difference prints neither value", () => {
    const user = (name: string) => ({ id: "1", places: [Pii.make("city", name)] })
    expect(user(secret)).toStrictEqual(user(secret))
    expect(user(secret)).toEqual(user(secret))
    expect(user(secret)).not.toEqual(user("Oslo"))
    expect(city).not.toEqual(Pii.make("zipcode", secret))
    expect([city]).toContainEqual(Pii.make("city", secret))
    const failure = (() => {
      try {
        expect(user(secret)).toStrictEqual(user("Oslo"))
        return undefined
      } catch (error) {
        return error
      }
    })()
    expect(failure).toBeInstanceOf(Error)
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/Tunbridge|Oslo/)
  })

  it("without the tester, vitest's own comparison throws", () => {
    expect(() => expect({ city }).toEqualWithoutTesters({ city: Pii.make("city", secret) })).toThrow(/compared deeply/)
  })
})

describe("a schema of text that is a personal value", () => {
  const Place = Schema.Struct({ city: Schema.NullOr(PersonalValue.fromText("city")) })

  it("wraps the text", () => {
    expect(Schema.decodeSync(Place)({ city: secret })).toStrictEqual({ city: Pii.make("city", secret) })
    expect(Schema.decodeSync(Place)({ city: null })).toStrictEqual({ city: null })
  })

  it("refuses to encode, and its error does not reveal the value", () => {
    const refused = Schema.encodeEither(Place)({ city: Pii.make("city", secret) })
    expect(Either.isLeft(refused)).toBe(true)
    expect(inspect(refused, { depth: 20, showHidden: true })).not.toContain(secret)
    expect(String(refused)).not.toContain(secret)
  })
})

describe("MaskMap", () => {
  it("knows the ids of exactly the values it was given", () => {
    const cities = MaskMap.of("city", { Zürich: 1, zurich: 2, "Zürich ": 3 })
    const ids = ["Zürich", "zurich", "Zürich ", "ZÜRICH", "toString", "__proto__"].map((name) =>
      cities.get(Pii.make("city", name))
    )
    expect(ids).toStrictEqual([1, 2, 3, undefined, undefined, undefined])
  })
})
