import { expect, layer } from "@effect/vitest"
import type * as AssetCheck from "@sluice/core/asset/AssetCheck"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Timestamp from "@sluice/core/data/Timestamp"
import * as Grants from "@sluice/core/relation/Grants"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Altered from "@sluice/warehouse/checks/Altered"
import { declared } from "@sluice/warehouse/checks/Declared"
import { freshness } from "@sluice/warehouse/checks/Freshness"
import { acceptedValues, foreignKey } from "@sluice/warehouse/checks/RowChecks"
import { RowLoss, rowCount } from "@sluice/warehouse/checks/RowCount"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { runStarted, succeeded } from "../contract/runEvents.ts"
import { inStep, recordingStep } from "../contract/support.ts"
import { cases } from "./cases.ts"
import { ids, onBoth, onStaged, owners, pets, publish, run } from "./checking.ts"
import { Expensive, Owners, Pets, Things, thing } from "./things.ts"

/** The results of every built-in check on every store. It needs a fresh one. */
export const checksContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<WarehousePorts | RunStore, WarehouseFailed>
}) =>
  layer(Layer.provideMerge(owners, options.layer), { excludeTestServices: true, timeout: Duration.minutes(2) })(
    `${options.name}: checks`,
    (it) => {
      for (const { check, claim, metadata, passed, rows } of cases) {
        it.effect(`${claim}, of staged rows and of published ones`, () =>
          Effect.gen(function* () {
            const found = yield* onBoth(check, rows)
            expect(found).toStrictEqual([
              { passed, metadata },
              { passed, metadata }
            ])
          })
        )
      }

      it.effect("foreignKey counts a row once, however many rows of the other relation it refers to", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          yield* inStep(warehouse.publish(Pets, Dataset.of(...pets)))
          yield* publish([thing({ id: "a", owner_id: "ada" }), thing({ id: "b", owner_id: "bob" }), thing({ id: "c" })])
          const outcome = yield* foreignKey(Things, { owner_id: "owner" }, Pets).evaluate({ _tag: "Published" })
          expect(outcome).toStrictEqual({ passed: false, metadata: { rows: 3, rows_referring_to_nothing: 1 } })
        })
      )

      it.effect("freshness fails when the newest row is too old, and tells the limit alone", () =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          const at = (minutesAgo: number) => Timestamp.fromDateTime(DateTime.unsafeMake(now - minutesAgo * 60_000))
          const rows = [thing({ id: "a", made_at: at(30) }), thing({ id: "b", made_at: at(300) })]
          expect(yield* onBoth(freshness(Things, "made_at", "1 hour"), rows)).toStrictEqual(
            both({ passed: true, metadata: { within: "1h" } })
          )
          expect(yield* onBoth(freshness(Things, "made_at", "10 minutes"), rows)).toStrictEqual(
            both({ passed: false, metadata: { within: "10m" } })
          )
          expect(yield* onBoth(freshness(Things, "made_at", "1 hour"), [])).toStrictEqual(
            both({ passed: true, metadata: { within: "1h" } })
          )
        })
      )

      it.effect("rowCount refuses to replace rows by none, says how to allow it, and lets it pass when it is allowed", () =>
        Effect.gen(function* () {
          yield* publish([thing({ id: "a" }), thing({ id: "b" })])
          const check = rowCount(Things)
          const refused = { rows: 0, rows_before: 2, to_allow_it: "--allow-fewer-rows" }
          expect(yield* onStaged(check, [], false)).toStrictEqual({ passed: false, metadata: refused })
          expect(
            yield* Effect.provideService(onStaged(check, [], false), RowLoss, { maxShare: 1, allowed: true })
          ).toStrictEqual({
            passed: true,
            metadata: { rows: 0, rows_before: 2 }
          })
          expect(yield* onStaged(check, [thing({ id: "c" })], false)).toStrictEqual({
            passed: true,
            metadata: { rows: 1, rows_before: 2 }
          })
          expect(yield* check.evaluate({ _tag: "Published" })).toStrictEqual({ passed: true, metadata: { rows: 2 } })
        })
      )

      it.effect(
        "rowCount with a share refuses to lose more than that, and never compares with a table that is not there",
        () =>
          Effect.gen(function* () {
            yield* publish(["a", "b", "c", "d"].map((id) => thing({ id })))
            const check = rowCount(Things, { maxLoss: 0.5 })
            const outcomes = [
              yield* onStaged(check, [thing({ id: "a" }), thing({ id: "b" })], false),
              yield* onStaged(check, [thing({ id: "a" })], false),
              yield* rowCount({ ...Things, name: "check_not_there" }, { maxLoss: 0 }).evaluate({
                _tag: "Staged",
                relation: Things.name
              })
            ]
            expect(outcomes).toStrictEqual([
              { passed: true, metadata: { rows: 2, rows_before: 4 } },
              { passed: false, metadata: { rows: 1, rows_before: 4, to_allow_it: "--allow-fewer-rows" } },
              { passed: true, metadata: { rows: 4, rows_before: 0 } }
            ])
          })
      )

      // Regression: users_raw went from 500 rows to 199 without a message.
      it.effect(
        "a run may remove 30% of the rows of any table that has 100, and no more, unless that is allowed or set",
        () =>
          Effect.gen(function* () {
            const most = (count: number) => Array.from({ length: count }, (_, n) => thing({ id: `${n}` }))
            yield* publish(most(100))
            const blocked = yield* run(most(69), [])
            const found = blocked.events.flatMap((event) => (event._tag === "CheckEvaluated" ? [event.metadata] : []))
            expect([blocked.status, found, (yield* ids).length]).toStrictEqual([
              "failed",
              [{ rows: 69, rows_before: 100, to_allow_it: "--allow-fewer-rows" }],
              100
            ])
            const removed = (rows: number, policy: RowLoss.Service, ...checks: Parameters<typeof run>[1]) =>
              Effect.map(Effect.provideService(run(most(rows), checks), RowLoss, policy), ({ status }) => status)
            expect([
              yield* removed(69, { maxShare: 0.3, allowed: true }),
              yield* removed(100, { maxShare: 0.3, allowed: false }),
              yield* removed(70, { maxShare: 0.3, allowed: false }),
              // Of fewer than 100 rows, some may be removed, and not all.
              yield* removed(1, { maxShare: 0.3, allowed: false }),
              yield* removed(0, { maxShare: 0.3, allowed: false }),
              yield* removed(100, { maxShare: 0.3, allowed: false }),
              yield* removed(40, { maxShare: 0.6, allowed: false }),
              yield* removed(100, { maxShare: 0.3, allowed: false }),
              yield* removed(40, { maxShare: 0.3, allowed: false }, rowCount(Things, { maxLoss: 0.6 }))
            ]).toStrictEqual([
              "succeeded",
              "succeeded",
              "succeeded",
              "succeeded",
              "failed",
              "succeeded",
              "succeeded",
              "succeeded",
              "succeeded"
            ])
          })
      )

      it.effect("a failing blocking check keeps the old rows, a warning does not, and the events hold no value", () =>
        Effect.gen(function* () {
          yield* publish([thing({ id: "old", status: "new" })])
          const canary = "canary-5d1e"
          const rows = [thing({ id: `${canary}-1`, status: canary }), thing({ id: `${canary}-2`, status: canary })]
          const refusing = yield* run(rows, [acceptedValues(Things, "status", ["new"]), rowCount(Things)])
          expect([refusing.status, yield* ids]).toStrictEqual(["failed", ["old"]])
          const warning = yield* run(rows, [
            acceptedValues(Things, "status", ["new"], { severity: "warn" }),
            rowCount(Things)
          ])
          expect([warning.status, yield* ids]).toStrictEqual(["succeeded", [`${canary}-1`, `${canary}-2`]])
          const empty = yield* run([], [rowCount(Things)])
          expect([empty.status, yield* ids]).toStrictEqual(["failed", [`${canary}-1`, `${canary}-2`]])
          const allowed = yield* Effect.provideService(run([], [rowCount(Things)]), RowLoss, { maxShare: 1, allowed: true })
          expect([allowed.status, yield* ids]).toStrictEqual(["succeeded", []])
          const all = [refusing, warning, empty, allowed].flatMap(({ events }) => events)
          expect(
            all.flatMap((event) => (event._tag === "CheckEvaluated" ? [`${event.check} ${event.passed}`] : []))
          ).toStrictEqual([
            "accepted_status false",
            "row_count true",
            "row_count true",
            "accepted_status false",
            "row_count false",
            "row_count true"
          ])
          expect(JSON.stringify(all)).not.toContain(canary)
        })
      )

      it.effect("a check of what is not there is Missing, and SQL that writes is refused", () =>
        Effect.gen(function* () {
          const reader = yield* WarehouseReader
          yield* publish([thing({ id: "a" })])
          const missing = yield* Effect.flip(reader.measure((quote) => `SELECT COUNT(*) FROM ${quote("check_nowhere")}`))
          const writing = yield* Effect.flip(reader.measure((quote) => `DELETE FROM ${quote(Things.name)}`))
          expect([missing.reason, writing.reason, yield* ids]).toStrictEqual(["Missing", "NotPermitted", ["a"]])
        })
      )

      // Regression: a table that another run or person had written since counted as the recorded one.
      it.effect("a table is altered if another run wrote it than the one in the history, unless that one is under way", () =>
        Effect.gen(function* () {
          const store = yield* RunStore
          const warehouse = yield* Warehouse
          const asset = `shop/${Owners.name}`
          const write = (runId: string) =>
            Effect.provideService(warehouse.publish(Owners, Dataset.of({ name: "ada" })), StepContext, {
              ...recordingStep().service,
              runId
            })
          const record = (runId: string) => store.append([succeeded(runId, asset, "materialize", 1)])
          const altered = Altered.find([Owners, Things], new Map([[Owners.name, asset]]))
          yield* write("altered-1")
          const unrecorded = yield* altered
          yield* record("altered-1")
          const recorded = yield* altered
          yield* write("altered-2")
          const rewritten = yield* altered
          yield* store.append([runStarted("altered-2", "2024-01-01T00:00:00.000Z")])
          const underWay = yield* altered
          const why = "run altered-2 wrote it, and the history has run altered-1"
          expect([unrecorded, recorded, rewritten, underWay]).toStrictEqual([
            [],
            [],
            [{ table: Owners.name, asset, why }],
            []
          ])
          // Regression: the partitions that a failed run had made counted as a change from outside.
          const at = "2024-01-01T00:00:01.000Z"
          yield* store.append([{ _tag: "RunConcluded", runId: "altered-2", at, status: "failed", durationMillis: 1 }])
          const ofCut = Altered.find([{ ...Owners, partitionBy: "id" }], new Map([[Owners.name, asset]]))
          expect([yield* altered, yield* ofCut]).toStrictEqual([rewritten, []])
          yield* write("altered-3")
          expect((yield* ofCut).map(({ why }) => why)).toStrictEqual([
            "run altered-3 wrote it, and the history has run altered-1"
          ])
        })
      )

      it.effect("declared passes on what was just published", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          yield* publish([thing({ id: "a" })])
          yield* warehouse.publishView(Expensive)
          const grants = Grants.select(Things, Expensive)
          const outcomes = yield* Effect.forEach([declared(Things, grants), declared(Expensive, grants)], (check) =>
            check.evaluate({ _tag: "Published" })
          )
          expect(outcomes).toStrictEqual(both({ passed: true, metadata: { differences: 0 } }))
        })
      )

      it.effect("many tables that are published at once are checked without waiting for each other's connections", () =>
        Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const reader = yield* WarehouseReader
          const tables = Array.from({ length: 20 }, (_, n) => ({ ...Owners, name: `check_many_${n}` }))
          const share = (table: (typeof tables)[number]) => rowCount(table, { maxLoss: 0.5 })
          const counted = yield* Effect.forEach(
            tables,
            Effect.fnUntraced(function* (table) {
              const outcomes: Array<AssetCheck.Outcome> = []
              const { service } = recordingStep(table.name, (relation) =>
                Effect.map(
                  Effect.orDie(
                    Effect.provideService(share(table).evaluate({ _tag: "Staged", relation }), WarehouseReader, reader)
                  ),
                  (outcome) => void outcomes.push(outcome)
                )
              )
              yield* Effect.provideService(warehouse.publish(table, Dataset.of({ name: "a" })), StepContext, service)
              return outcomes
            }),
            { concurrency: "unbounded" }
          )
          expect(counted).toStrictEqual(tables.map(() => [{ passed: true, metadata: { rows: 1, rows_before: 0 } }]))
        })
      )
    }
  )

const both = <A>(outcome: A): readonly [A, A] => [outcome, outcome]
