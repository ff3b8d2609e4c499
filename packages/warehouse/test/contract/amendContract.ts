import { expect, layer } from "@effect/vitest"
import type * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { CheckFailed } from "@sluice/core/asset/CheckFailed"
import type { Metadata } from "@sluice/core/asset/Metadata"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Table from "@sluice/core/relation/Table"
import { rowCount } from "@sluice/warehouse/checks/RowCount"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Options } from "./readingContract.ts"
import { breaking, readAll, recordingStep, stalling, tablesIn } from "./support.ts"

/** Every warehouse applies changes like this. It needs a fresh one. */
export const amendContract = (options: Options) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: warehouse, applying changes`,
    (it) => {
      it.effect("rows of gone ids go, all of them, the new ones come, and others are not touched", () =>
        Effect.gen(function* () {
          const published = yield* publish("changes_apply", "a0 a1 b0 c0")
          const { metadata } = yield* amend(published, changes("x0 b0 b1", "b", "x", "nobody"))
          expect(yield* seen(published.table)).toBe("a0 a1 b0 b1 c0 x0")
          const { loaded_by, ...counts } = metadata
          expect(counts).toStrictEqual({ rows: 6, rows_deleted: 1, rows_written: 3 })
        })
      )

      it.effect("an integer column may hold the source's ids; an id that is no integer changes nothing", () =>
        Effect.gen(function* () {
          const table = Table.make("changes_numbers", {
            description: "Rows by a number.",
            columns: { number: Column.integer, note: Column.text(10) },
            primaryKey: ["number"]
          })
          const warehouse = yield* Warehouse
          const { service } = recordingStep()
          const row = (number: number, note: string) => ({ number, note })
          const first = Dataset.of(row(7, "old"), row(8, "old"), row(70, "old"))
          yield* Effect.provideService(warehouse.publish(table, first), StepContext, { ...service, runId: "numbers-1" })
          const apply = (gone: ReadonlyArray<string>) =>
            Effect.provideService(
              warehouse.amend(table, Changes.make(Dataset.of(row(8, "new")), Dataset.fromArray(gone)), "number"),
              StepContext,
              { ...service, runId: "numbers-2", last: { runId: "numbers-1", metadata: { rows: 3 } } }
            )
          const refused = yield* Effect.flip(apply(["8", "issue-7"]))
          yield* apply(["7", "8"])
          expect([refused._tag === "WarehouseFailed" && refused.reason, yield* readAll(table)]).toStrictEqual([
            "RowRejected",
            [row(8, "new"), row(70, "old")]
          ])
        })
      )

      it.effect("one change after another, each by its run, which counts from the rows that the table's mark records", () =>
        Effect.gen(function* () {
          const first = yield* publish("changes_chain", "a0 b0")
          const second = yield* amend(first, changes("", "a"))
          const third = yield* amend({ ...second, metadata: {} }, changes("d0", "nobody"))
          expect([yield* seen(first.table), second.metadata["rows"], third.metadata["rows"]]).toStrictEqual(["b0 d0", 1, 2])
        })
      )

      it.effect("no changes change nothing, and are a materialization nevertheless", () =>
        Effect.gen(function* () {
          const first = yield* publish("changes_none", "a0 b0")
          const second = yield* amend(first, changes(""))
          const third = yield* amend(second, changes("c0"))
          expect([second.metadata["rows"], third.metadata["rows"], yield* seen(first.table)]).toStrictEqual([
            2,
            3,
            "a0 b0 c0"
          ])
        })
      )

      it.effect("row_count does not let changes take away all rows, and counts none of them", () =>
        Effect.gen(function* () {
          const first = yield* publish("changes_of_all", "a0 b0 b1")
          const noSql = Effect.map(WarehouseReader, (reader) => ({ ...reader, measure: () => Effect.dieMessage("counted") }))
          const outcomes: Array<AssetCheck.Outcome> = []
          const refuse = Effect.fnUntraced(
            function* (relation: string, counted?: AssetCheck.Counted) {
              const check = rowCount(first.table).evaluate({ _tag: "Staged", relation, counted })
              outcomes.push(yield* Effect.orDie(Effect.provideServiceEffect(check, WarehouseReader, noSql)))
              return yield* new CheckFailed({ asset: "contract", checks: ["no"], staged: true })
            },
            Effect.provideService(WarehouseReader, yield* WarehouseReader)
          )
          yield* Effect.flip(amend(first, changes("", "a", "b"), refuse))
          yield* Effect.flip(amend(first, changes("a1", "a", "b"), refuse))
          const allow = { to_allow_it: "--allow-fewer-rows" }
          expect([outcomes, yield* seen(first.table)]).toStrictEqual([
            [
              { passed: false, metadata: { rows: 0, rows_before: 3, ...allow } },
              { passed: true, metadata: { rows: 1, rows_before: 3 } }
            ],
            "a0 b0 b1"
          ])
        })
      )

      it.effect("changes that take away more than 30% of at least 100 rows do not pass the check that every table has", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const rows = Array.from({ length: 100 }, (_, n) => `${n < 31 ? "a" : "b"}${n}`).join(" ")
          const first = yield* publish("changes_of_many", rows)
          const outcomes: Array<AssetCheck.Outcome> = []
          const refuse = Effect.fnUntraced(function* (
            relation: string,
            counted?: AssetCheck.Counted,
            standing: ReadonlyArray<AssetCheck.Any> = []
          ) {
            const context = Context.make(WarehouseReader, reader)
            for (const check of standing) {
              const evaluated = check.evaluate({ _tag: "Staged", relation, counted })
              outcomes.push(yield* Effect.orDie(Effect.provide(evaluated as Effect.Effect<AssetCheck.Outcome>, context)))
            }
            return yield* new CheckFailed({ asset: "contract", checks: ["no"], staged: true })
          })
          yield* Effect.flip(amend(first, changes("", "a"), refuse))
          yield* Effect.flip(amend(first, changes("c0", "a"), refuse))
          expect(outcomes).toStrictEqual([
            { passed: false, metadata: { rows: 69, rows_before: 100, to_allow_it: "--allow-fewer-rows" } },
            { passed: true, metadata: { rows: 70, rows_before: 100 } }
          ])
        })
      )

      it.effect("more changes than one statement takes are applied whole", () =>
        Effect.gen(function* () {
          const owners = Array.from({ length: 1_201 }, (_, n) => `owner ${n}`)
          const rows = (position: number) => Dataset.fromArray(owners.map((owner) => ({ owner, position })))
          const first = yield* publish("changes_many", "a0")
          const second = yield* amend(first, Changes.make(rows(0), Dataset.of()))
          const third = yield* amend(second, Changes.make(rows(1), Dataset.fromArray(owners)))
          const { loaded_by, ...counts } = third.metadata
          expect(counts).toStrictEqual({ rows: 1_202, rows_deleted: 1_201, rows_written: 1_201 })
          expect((yield* readAll(first.table)).filter(({ position }) => position === 1).length).toBe(1_201)
        })
      )

      it.effect("what a run has applied it does not apply again", () =>
        // A commit whose answer is lost is retried.
        Effect.gen(function* () {
          const first = yield* publish("changes_twice", "a0 b0")
          const once = { ...first, as: "once" }
          yield* amend(once, changes("c0", "a"))
          const again = yield* amend(once, changes("c0", "a"))
          expect([again.metadata["rows"], yield* seen(first.table)]).toStrictEqual([2, "b0 c0"])
        })
      )

      it.effect("changes since another run than the last one that wrote are refused, and write nothing", () =>
        Effect.gen(function* () {
          const first = yield* publish("changes_rival", "a0 b0")
          yield* amend(first, changes("c0"))
          const late = yield* Effect.flip(amend(first, changes("d0")))
          const never = yield* Effect.flip(amend({ ...first, runId: undefined }, changes("d0")))
          expect([late, never].map((error) => error._tag === "WarehouseFailed" && error.reason)).toStrictEqual([
            "Outdated",
            "Outdated"
          ])
          expect(yield* seen(first.table)).toBe("a0 b0 c0")
        })
      )

      it.effect("what is interrupted half way leaves the table as it was, and nobody waiting", () =>
        Effect.gen(function* () {
          const first = yield* publish("changes_interrupted", "a0 b0")
          const reached = yield* Deferred.make<void>()
          const many = Array.from({ length: 10_001 }, (_, position) => ({ owner: "c", position }))
          const endless = Changes.make(stalling(many, reached), Dataset.of("a"))
          const amending = yield* Effect.fork(amend(first, endless))
          yield* Deferred.await(reached)
          yield* Fiber.interrupt(amending)
          expect(yield* seen(first.table)).toBe("a0 b0")
          yield* amend(first, changes("d0", "b"))
          expect(yield* seen(first.table)).toBe("a0 d0")
        })
      )

      it.effect("blocking checks see the table as it will be; where one fails, or the rows do, it stays as it was", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          const first = yield* publish("changes_checked", "a0 b0")
          const counts: Array<number> = []
          const count = (relation: string) =>
            Effect.map(
              Effect.orDie(reader.measure((quote) => `SELECT COUNT(*) FROM ${quote(relation)}`)),
              ([n = 0]) => void counts.push(n)
            )
          const refuse = () => new CheckFailed({ asset: "contract", checks: ["no"], staged: true })
          yield* Effect.flip(amend(first, changes("b0 c0 c1", "b"), (name) => Effect.zipRight(count(name), refuse())))
          const broken = Changes.make(breaking(rowsOf("d0")), Dataset.of("a"))
          yield* Effect.flip(amend(first, broken))
          yield* Effect.flip(amend(first, changes("a0")))
          const tables = yield* tablesIn(options.listTables)
          expect([counts, yield* seen(first.table), tables.filter((name) => /changes_checked_/.test(name))]).toStrictEqual([
            [4],
            "a0 b0",
            []
          ])
        })
      )
    }
  )

const tableNamed = <const Name extends string>(name: Name) =>
  Table.make(name, {
    description: "Rows of somebody, counted.",
    columns: { owner: Column.text(40), position: Column.integer },
    primaryKey: ["owner", "position"],
    indexes: [["position"]]
  })
type Rows = ReturnType<typeof tableNamed<string>>

/** A table and its last recorded materialization; `as` is the next run. */
interface Written {
  readonly table: Rows
  readonly runId: string | undefined
  readonly metadata: Metadata
  readonly as?: string
}

/** `a0 a1 b0`: rows of a and b. */
const rowsOf = (text: string) =>
  text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ({ owner: word.slice(0, 1), position: Number(word.slice(1)) }))

const changes = (rows: string, ...gone: ReadonlyArray<string>) =>
  Changes.make(Dataset.fromArray(rowsOf(rows)), Dataset.fromArray(gone))

const seen = (table: Rows) =>
  Effect.map(readAll(table), (rows) => rows.map(({ owner, position }) => `${owner}${position}`).join(" "))

let runs = 0

const publish = Effect.fnUntraced(function* (name: string, rows: string) {
  const table = tableNamed(name)
  const { recorded, service } = recordingStep()
  const runId = `run-${runs++}`
  yield* Effect.flatMap(Warehouse, (warehouse) =>
    Effect.provideService(warehouse.publish(table, Dataset.fromArray(rowsOf(rows))), StepContext, { ...service, runId })
  )
  return { table, runId, metadata: recorded.metadata }
})

const amend = Effect.fnUntraced(function* (
  last: Written,
  what: Changes.Changes<Table.Row<Rows>>,
  staged: StepContext.Service["staged"] = () => Effect.void
) {
  const { recorded, service } = recordingStep("contract", staged)
  const { as: runId = `run-${runs++}` } = last
  const before = last.runId === undefined ? undefined : { runId: last.runId, metadata: last.metadata }
  yield* Effect.flatMap(Warehouse, (warehouse) =>
    Effect.provideService(warehouse.amend(last.table, what, "owner"), StepContext, { ...service, runId, last: before })
  )
  return { table: last.table, runId, metadata: recorded.metadata }
})
