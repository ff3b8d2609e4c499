import { expect, layer } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Quarantine, type QuarantinedRow } from "@sluice/core/source/Quarantine"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** Every quarantine works like this. It needs a fresh one. */
export const quarantineContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<Quarantine, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: quarantine`, (it) => {
    it.effect("rows come back by ordinal, several of one ordinal in the order they were given", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const [first, second, third] = [
          row(0),
          { ...row(3), field: "profile.income" },
          { ...row(3), field: "profile.gender" }
        ]
        yield* quarantine.replace("api_users", "run-1", Dataset.of(second, third, first))
        expect(yield* quarantine.list("api_users")).toStrictEqual([first, second, third])
      })
    )

    it.effect("a row may have no id, and the field may be the row itself", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const rows = [{ ordinal: 7, id: null, field: "", reason: "is not an object" }]
        yield* quarantine.replace("without_id", "run-1", Dataset.fromArray(rows))
        expect(yield* quarantine.list("without_id")).toStrictEqual(rows)
      })
    )

    it.effect("the latest reading of a source replaces what was kept of it, and nothing of other sources", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        yield* quarantine.replace("one", "run-1", Dataset.of(row(1), row(2)))
        yield* quarantine.replace("two", "run-1", Dataset.of(row(9)))
        yield* quarantine.replace("one", "run-2", Dataset.of(row(5)))
        expect([yield* quarantine.list("one"), yield* quarantine.list("two")]).toStrictEqual([[row(5)], [row(9)]])
        yield* quarantine.replace("one", "run-3", Dataset.of())
        expect([yield* quarantine.list("one"), yield* quarantine.list("two")]).toStrictEqual([[], [row(9)]])
      })
    )

    // Regression: a run that failed on bad rows replaced the quarantine of the run whose rows are still published.
    it.effect("the rows of a reading that failed are kept beside those of the last good one, until the next", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const kept = Effect.all(["run-1", "run-2", "run-3", "run-4"].map((run) => quarantine.list("failing", run)))
        yield* quarantine.replace("failing", "run-1", Dataset.of(row(1)))
        yield* quarantine.replace("failing", "run-2", Dataset.of(row(1), row(2)), { failed: true })
        const afterOne = yield* kept
        yield* quarantine.replace("failing", "run-3", Dataset.of(row(3)), { failed: true })
        const afterTwo = yield* kept
        const all = yield* quarantine.list("failing")
        yield* quarantine.replace("failing", "run-4", Dataset.of(row(4)))
        expect([afterOne, afterTwo, all, yield* kept]).toStrictEqual([
          [[row(1)], [row(1), row(2)], [], []],
          [[row(1)], [], [row(3)], []],
          [row(1), row(3)],
          [[], [], [], [row(4)]]
        ])
      })
    )

    // Regression: each slice of a source that is cut replaced the rows of the slices before it.
    it.effect("the slices of a source that one run reads are kept together, and replace those of other runs", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const slice = { slice: true }
        yield* quarantine.replace("cut", "run-1", Dataset.of(row(9)), slice)
        yield* Effect.all(
          [Dataset.of(row(1)), Dataset.of<QuarantinedRow>(), Dataset.of(row(2), row(3))].map((rows) =>
            quarantine.replace("cut", "run-2", rows, slice)
          ),
          { concurrency: "unbounded", discard: true }
        )
        yield* quarantine.replace("cut", "run-2", Dataset.of(row(4)), { failed: true, slice: true })
        yield* quarantine.replace("cut", "run-2", Dataset.of(row(5)), { failed: true, slice: true })
        const together = yield* quarantine.list("cut")
        yield* quarantine.replace("cut", "run-3", Dataset.of(row(6)), slice)
        expect([together, yield* quarantine.list("cut")]).toStrictEqual([[1, 2, 3, 4, 5].map(row), [row(6)]])
      })
    )

    it.effect("thousands of rows are kept in one step", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const rows = Array.from({ length: 5_000 }, (_, ordinal) => row(ordinal))
        yield* quarantine.replace("many", "run-1", Dataset.fromArray(rows))
        expect(yield* quarantine.list("many")).toStrictEqual(rows)
      })
    )

    it.effect("a source that nothing is kept of has no rows", () =>
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        expect(yield* quarantine.list("unheard_of")).toStrictEqual([])
      })
    )
  })

const row = (ordinal: number): QuarantinedRow => ({
  ordinal,
  id: `id-${ordinal}`,
  field: "profile.income",
  reason: "is not a decimal"
})
