import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"

class Broken extends Data.TaggedError("Broken")<{ readonly at: Option.Option<number> }> {}
class Recorded extends Schema.TaggedError<Recorded>()("Recorded", { at: Schema.OptionFromSelf(Schema.Number) }) {}

type Value = (at: Option.Option<number>) => unknown

// chai's `assert.deepStrictEqual`, which the tests used, called most of these pairs equal, so tests passed without comparing.
it.each<[string, Value]>([
  ["an option", (at) => at],
  ["an option in an option", (at) => Option.some([{ at }])],
  ["an option in a map", (at) => new Map([["at", at]])],
  ["an either", (at) => Either.left({ at })],
  ["an exit", (at) => Exit.fail({ at })],
  ["an error", (at) => new Broken({ at })],
  ["an error with a schema, in an either", (at) => Either.left(new Recorded({ at }))]
])("toStrictEqual compares what %s holds", (_, value) => {
  expect(value(Option.none())).not.toStrictEqual(value(Option.some(1)))
  expect(value(Option.some(1))).not.toStrictEqual(value(Option.some(2)))
  expect(value(Option.some(1))).toStrictEqual(value(Option.some(1)))
})
