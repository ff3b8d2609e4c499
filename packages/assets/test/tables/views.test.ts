import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Id from "@sluice/core/data/Id"
import type { Timestamp } from "@sluice/core/data/Timestamp"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { Row } from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { cases } from "../../../../test/setup/size.ts"
import { inStep } from "../../../warehouse/test/contract/support.ts"
import * as databases from "../../../warehouse/test/mysql/databases.ts"
import definitions from "../../src/definitions.ts"
import { MessagesRaw } from "../../src/tables/MessagesRaw.ts"
import { MessagesWithoutActiveSubscription } from "../../src/tables/MessagesWithoutActiveSubscription.ts"
import { MonitorAnomalousMessages } from "../../src/tables/MonitorAnomalousMessages.ts"
import { SubscriptionsRaw } from "../../src/tables/SubscriptionsRaw.ts"
import { UsersRaw } from "../../src/tables/UsersRaw.ts"
import { UsersWithoutMessages } from "../../src/tables/UsersWithoutMessages.ts"

const { warehouse: spec } = Either.getOrThrow(definitions.sealed)

interface Rows {
  readonly users: ReadonlyArray<Row<typeof UsersRaw>>
  readonly subscriptions: ReadonlyArray<Row<typeof SubscriptionsRaw>>
  readonly messages: ReadonlyArray<Row<typeof MessagesRaw>>
}

/** Rows with few people and few days, so that they coincide often. */
const rows: FastCheck.Arbitrary<Rows> = (() => {
  const person = FastCheck.constantFrom("1", "2", "3", "a", "A", "é", "e").map((id) => Id.make("user", id))
  const time = FastCheck.integer({ min: 11, max: 19 }).map((day) => `2024-03-${day}T00:00:00.000Z` as const)
  const maybe = FastCheck.option(time, { nil: null })
  const loaded_at: Timestamp = "2024-04-01T00:00:00.000Z"
  const user = FastCheck.record({ user_id: person, created_at: time }).map((row) => ({
    ...row,
    ...{ updated_at: row.created_at, loaded_at, city_id: null, zipcode_id: null, profession_id: null, country: null },
    ...{ email_domain: null, birth_year: null, gender: null, is_smoking: null, income: null }
  }))
  const subscription = FastCheck.record({
    user_id: person,
    position: FastCheck.integer({ min: 0, max: 3 }),
    created_at: time,
    start_date: maybe,
    end_date: maybe,
    status: FastCheck.constantFrom("Active", "Inactive", "Rejected")
  }).map((row) => ({ ...row, amount: null, loaded_at }))
  const message = FastCheck.record({ created_at: time, sender_id: person, receiver_id: person })
  return FastCheck.record({
    users: FastCheck.uniqueArray(user, { selector: ({ user_id }) => user_id, maxLength: 6 }),
    subscriptions: FastCheck.uniqueArray(subscription, {
      selector: ({ user_id, position }) => `${user_id} ${position}`,
      maxLength: 20
    }),
    messages: FastCheck.array(message, { maxLength: 30 }).map((all) =>
      all.map((row, i) => ({ ...row, id: Id.make("message", String(i)), loaded_at }))
    )
  })
})()

/** The reference for the views, which visits every row. */
const expected = ({ messages, subscriptions, users }: Rows) => {
  const known = new Set(users.map(({ user_id }) => user_id))
  const received = new Set(messages.map(({ receiver_id }) => receiver_id))
  const outside = messages.filter(
    ({ created_at: at, sender_id }) =>
      !subscriptions.some(
        ({ end_date, start_date, status, user_id }) =>
          user_id === sender_id && status !== "Rejected" && (start_date ?? at) <= at && (end_date ?? at) >= at
      )
  )
  const anomaly = (name: string) => (row: { readonly id: string }) => `${row.id} ${name}`
  return {
    anomalies: [
      ...messages.filter(({ sender_id }) => !known.has(sender_id)).map(anomaly("unknown_sender")),
      ...messages.filter(({ receiver_id }) => !known.has(receiver_id)).map(anomaly("unknown_receiver")),
      ...outside.map(anomaly("outside_subscription"))
    ].sort(),
    outside: outside.map(({ id }) => id).sort(),
    withoutMessages: [...known].filter((id) => !received.has(id)).sort()
  }
}

const found = ({ messages, subscriptions, users }: Rows) =>
  Effect.gen(function* () {
    const warehouse = yield* Warehouse
    const reader = yield* WarehouseReader
    yield* inStep(warehouse.publish(UsersRaw, Dataset.fromArray(users)))
    yield* inStep(warehouse.publish(SubscriptionsRaw, Dataset.fromArray(subscriptions)))
    yield* inStep(warehouse.publish(MessagesRaw, Dataset.fromArray(messages)))
    const cells = (view: View.Any, columns: string) =>
      Effect.zipRight(
        warehouse.publishView(view),
        Effect.map(reader.query(`SELECT ${columns} FROM ${view.name}`, "pipeline"), (answer) =>
          answer.rows.map((row) => row.join(" ")).sort()
        )
      )
    return {
      anomalies: yield* cells(MonitorAnomalousMessages, "id, anomaly"),
      outside: yield* cells(MessagesWithoutActiveSubscription, "id"),
      withoutMessages: yield* cells(UsersWithoutMessages, "user_id")
    }
  })

/** A fresh embedded store. */
const embedded = Layer.unwrapScoped(
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.makeTempDirectoryScoped({ prefix: "sluice-views-" })
    return Layer.provide(SqliteStores.layer({ directory: `${root}/store` }), Layer.succeed(PipelineName, "spark"))
  })
).pipe(Layer.provide(NodeFileSystem.layer))

const suite = (name: string, store: typeof embedded | ReturnType<typeof databases.layer>, available: boolean) =>
  describe.skipIf(!available)(name, () => {
    it.live(
      "views over messages have the rows that looking at every row finds",
      () =>
        Effect.gen(function* () {
          for (const sample of FastCheck.sample(rows, { numRuns: cases(12) })) {
            // The rows are part of the comparison, so that a failure shows them.
            expect({ sample, ...(yield* found(sample)) }).toStrictEqual({ sample, ...expected(sample) })
          }
        }).pipe(Effect.provide(store)),
      60_000
    )
  })

suite("embedded", embedded, true)
for (const flavour of flavours) suite(flavour, databases.layer(flavour, spec), isAvailable(flavour))
