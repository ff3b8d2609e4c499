import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as JsonText from "../../src/embedded/JsonText.ts"
import * as Batches from "../../src/sql/Batches.ts"

/** Batches of three numbers. A negative number is refused. */
const byThree = (): Batches.Batcher<number, ReadonlyArray<number>, string> => {
  let some: Array<number> = []
  return {
    add: (rows) =>
      Effect.suspend(() => {
        const full: Array<ReadonlyArray<number>> = []
        for (const row of rows) {
          if (row < 0) return Effect.fail("refused")
          some.push(row)
          if (some.length === 3) {
            full.push(some)
            some = []
          }
        }
        return Effect.succeed(full)
      }),
    rest: () => (some.length === 0 ? [] : [some]),
    sent: () => {}
  }
}

it.effect.prop(
  "all rows are sent, each once and in order, however they come",
  [
    FastCheck.array(FastCheck.nat(), { maxLength: 40 }),
    FastCheck.integer({ min: 1, max: 9 }),
    FastCheck.integer({ min: 1, max: 3 })
  ],
  ([rows, chunk, most]) =>
    Effect.gen(function* () {
      const sent: Array<number> = []
      yield* Batches.sendAll(Dataset.fromArray(rows, chunk), byThree(), most, (batch) =>
        Effect.zipRight(
          Effect.sync(() => sent.push(...batch)),
          Effect.yieldNow()
        )
      )
      expect(sent).toStrictEqual(rows)
    })
)

it.effect("a row that is refused ends it, after the batches before were sent", () =>
  Effect.gen(function* () {
    const sent: Array<number> = []
    const rows = Dataset.fromArray([1, 2, 3, -1, 5], 3)
    const exit = yield* Effect.exit(
      Batches.sendAll(rows, byThree(), 1, (batch) => Effect.sync(() => void sent.push(...batch)))
    )
    expect([exit, sent]).toStrictEqual([Exit.fail("refused"), [1, 2, 3]])
  })
)

it("a text that was taken stays as it is while more is written, and until it is given back", () => {
  const writer = new JsonText.Writer()
  const write = (value: string) => {
    writer.beginRow()
    writer.quoted(value)
    writer.endRow()
    return writer.rows()
  }
  const [first, second] = [write("a"), write("b".repeat(200_000))]
  expect([first.toString(), second.length]).toStrictEqual(['[["a"]]', 200_006])
  writer.giveBack(first)
  writer.giveBack(second)
  const [third, fourth] = [write("c"), write("d")]
  expect([third.toString(), fourth.toString()]).toStrictEqual(['[["c"]]', '[["d"]]'])
})
