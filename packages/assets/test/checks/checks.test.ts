import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import { Spill } from "@sluice/core/data/Spill"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Plan from "@sluice/core/plan/Plan"
import * as Executor from "@sluice/core/run/Executor"
import type { CheckEvaluated, RunEvent } from "@sluice/core/run/RunEvent"
import { RowLoss } from "@sluice/warehouse/checks/RowCount"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import * as databases from "../../../warehouse/test/mysql/databases.ts"
import definitions from "../../src/definitions.ts"
import { bundledMessages } from "../../src/sample/bundledMessages.ts"
import { bundledUsers } from "../../src/sample/bundledUsers.ts"
import * as Memory from "../support/memory.ts"
import { message, subscription, user } from "../support/sources.ts"

const { graph: pipeline, warehouse: spec } = Either.getOrThrow(definitions.sealed)

type Rows = ReadonlyArray<unknown>

/** A fresh embedded store. */
const embedded = Layer.unwrapScoped(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.makeTempDirectoryScoped({ prefix: "sluice-checks-" })
    return Layer.provide(SqliteStores.layer({ directory: `${root}/store` }), Layer.succeed(PipelineName, "spark"))
  })
).pipe(Layer.provide(NodeFileSystem.layer))

/** Runs the pipeline on the API's rows, or only its checks. */
const run = Effect.fnUntraced(function* (users: Rows, messages: Rows, checksOnly = false) {
  const graph = pipeline
  const selected = graph.names.map((_, index) => index)
  const all = { selection: "*", selected }
  const plan = checksOnly ? Plan.checks(graph, all) : yield* Plan.make(graph, { ...all, isMaterialized: () => false })
  const events: Array<RunEvent> = []
  const observe = (some: ReadonlyArray<RunEvent>) => Effect.sync(() => void events.push(...some))
  const api = Memory.sparkApi({ users: [users], messages: [messages] })
  const { status } = yield* Effect.provide(
    Executor.run(plan, { concurrency: 4, observe }),
    Layer.merge(api, Spill.layerMemory)
  )
  const checks = events.flatMap((event) => (event._tag === "CheckEvaluated" ? [event] : []))
  return {
    status,
    checks,
    failed: checks
      .filter(({ passed }) => !passed)
      .map(told)
      .sort(byText)
  }
})

/** Without the number of checked rows, since the number of ended subscriptions depends on the day. */
const told = ({ asset, blocking, check, metadata: { rows: _, ...metadata }, severity }: CheckEvaluated) => ({
  check: `${asset}.${check}`,
  how: blocking ? "blocks" : severity,
  metadata
})

const byText = (a: { readonly check: string }, b: { readonly check: string }) => (a.check < b.check ? -1 : 1)

const count = (table: string) =>
  Effect.flatMap(WarehouseReader, (reader) =>
    Effect.map(
      reader.measure((quote) => `SELECT COUNT(*) FROM ${quote(table)}`),
      ([rows]) => rows
    )
  )

const suite = (name: string, store: typeof embedded | ReturnType<typeof databases.layer>, available: boolean) =>
  describe.skipIf(!available)(name, () => {
    it.live(
      "of the bundled data, checks tell its two oddities and nothing else: at a first run, at a second, and when asked alone",
      () =>
        Effect.gen(function* () {
          const first = yield* run(bundledUsers, bundledMessages)
          const second = yield* run(bundledUsers, bundledMessages)
          const alone = yield* run([], [], true)
          expect([first, second, alone].map(({ status, failed }) => ({ status, failed }))).toStrictEqual(
            Array(3).fill({
              status: "succeeded",
              failed: [
                {
                  check: "monitor_anomalous_messages.messages_raw_sender_id_in_users_raw",
                  how: "warn",
                  metadata: { rows_referring_to_nothing: 1 }
                },
                {
                  check: "monitor_subscription_anomalies.end_after_start",
                  how: "warn",
                  metadata: { subscriptions_that_end_before_they_start: 1 }
                }
              ]
            })
          )
          expect([...new Set(alone.checks.map(({ asset, check }) => `${asset}.${check}`))].sort()).toStrictEqual([
            "active_subscriptions.declared",
            "average_subscription_amount_by_month.declared",
            "messages_per_day.declared",
            "messages_raw.declared",
            "messages_raw.fresh_loaded_at",
            "messages_raw.row_count",
            "messages_without_active_subscription.declared",
            "monitor_anomalous_messages.declared",
            "monitor_anomalous_messages.messages_raw_receiver_id_in_users_raw",
            "monitor_anomalous_messages.messages_raw_sender_id_in_users_raw",
            "monitor_anomalous_messages.subscriptions_raw_user_id_in_users_raw",
            "monitor_subscription_anomalies.declared",
            "monitor_subscription_anomalies.end_after_start",
            "subscriptions_raw.accepted_status",
            "subscriptions_raw.declared",
            "subscriptions_raw.fresh_loaded_at",
            "subscriptions_raw.row_count",
            "users_raw.declared",
            "users_raw.fresh_loaded_at",
            "users_raw.row_count",
            "users_without_messages.declared"
          ])
        }).pipe(Effect.provide(store))
    )

    it.live("an API that answers [] where there were rows is blocked, and the rows stay, unless that is allowed", () =>
      Effect.gen(function* () {
        yield* run([user()], [message()])
        const blocked = yield* run([], [])
        const refused = { rows_before: 1, to_allow_it: "--allow-fewer-rows" }
        expect([blocked.status, blocked.failed]).toStrictEqual([
          "failed",
          [
            { check: "messages_raw.row_count", how: "blocks", metadata: refused },
            { check: "subscriptions_raw.row_count", how: "blocks", metadata: refused },
            { check: "users_raw.row_count", how: "blocks", metadata: refused }
          ]
        ])
        const tables = ["users_raw", "subscriptions_raw", "messages_raw"]
        expect(yield* Effect.forEach(tables, count)).toStrictEqual([1, 1, 1])
        const allowed = yield* Effect.provideService(run([], []), RowLoss, { maxShare: 1, allowed: true })
        expect([allowed.status, allowed.failed]).toStrictEqual(["succeeded", []])
        expect(yield* Effect.forEach(tables, count)).toStrictEqual([0, 0, 0])
      }).pipe(Effect.provide(store))
    )

    it.live("a message from nobody, an end before its start and a strange status are kept, and flagged as warnings", () =>
      Effect.gen(function* () {
        const backwards = subscription({ endDate: "2022-01-01T00:00:00.000Z", status: "Paused" })
        const { failed, status } = yield* run(
          [user({ id: "1", subscription: [backwards] }), user({ id: "2" })],
          [message({ senderId: "9" }), message({ id: "11" })]
        )
        expect([status, failed]).toStrictEqual([
          "succeeded",
          [
            {
              check: "monitor_anomalous_messages.messages_raw_sender_id_in_users_raw",
              how: "warn",
              metadata: { rows_referring_to_nothing: 1 }
            },
            {
              check: "monitor_subscription_anomalies.end_after_start",
              how: "warn",
              metadata: { subscriptions_that_end_before_they_start: 1 }
            },
            {
              check: "subscriptions_raw.accepted_status",
              how: "warn",
              metadata: { rows_with_other_status: 1 }
            }
          ]
        ])
        expect(yield* Effect.forEach(["messages_raw", "subscriptions_raw"], count)).toStrictEqual([2, 2])
      }).pipe(Effect.provide(store))
    )
  })

suite("embedded", embedded, true)
for (const flavour of flavours) suite(flavour, databases.layer(flavour, spec), isAvailable(flavour))
