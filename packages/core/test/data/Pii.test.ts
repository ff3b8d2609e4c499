import { format, inspect } from "node:util"
import * as MaskMap from "@sluice/core/data/MaskMap"
import { Pii } from "@sluice/core/data/Pii"
import { reveal } from "@sluice/core/data/PiiReveal"
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
import { assert, describe, it } from "vitest"

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
  assert.strictEqual(written.length, 4)
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
