import { expect, expectTypeOf, it } from "@effect/vitest"
import type * as Asset from "@sluice/core/asset/Asset"
import * as Dataset from "@sluice/core/data/Dataset"
import * as MaskMap from "@sluice/core/data/MaskMap"
import type { Spill } from "@sluice/core/data/Spill"
import type * as AssetGraph from "@sluice/core/graph/AssetGraph"
import { columnNames } from "@sluice/core/relation/Table"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import type { Suppressions } from "@sluice/core/source/Suppressions"
import { runForTest } from "@sluice/core/testing/runForTest"
import type { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import { published } from "@sluice/warehouse/testing/published"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { monitorAnomalousMessages } from "../src/assets/monitorAnomalousMessages.ts"
import { usersRaw } from "../src/assets/usersRaw.ts"
import definitions from "../src/definitions.ts"
import type { SparkApi } from "../src/SparkApi.ts"
import { MessagesRaw } from "../src/tables/MessagesRaw.ts"
import { MonitorAnomalousMessages } from "../src/tables/MonitorAnomalousMessages.ts"
import { SubscriptionsRaw } from "../src/tables/SubscriptionsRaw.ts"
import { UsersRaw } from "../src/tables/UsersRaw.ts"
import * as Memory from "./support/memory.ts"

const noon = "2024-06-01T12:00:00.000Z"
const { graph: pipeline, warehouse: spec } = Either.getOrThrow(definitions.sealed)

it.effect("the assets stand on each other as they should, in their groups", () =>
  Effect.gen(function* () {
    const graph = pipeline
    const told = graph.assets.map((asset: Asset.Any) => {
      const storage = asset.storage._tag === "Stored" ? asset.storage.kind : "ephemeral"
      const upstreams = Object.values(asset.upstreams).map(({ name }) => name)
      return `${asset.group} ${asset.name} (${storage}) <- ${upstreams.sort().join(", ")}`
    })
    expect(told.sort()).toStrictEqual([
      "analytics active_subscriptions (view) <- subscriptions_raw",
      "analytics average_subscription_amount_by_month (view) <- subscriptions_raw",
      "analytics messages_per_day (view) <- messages_raw",
      "analytics messages_without_active_subscription (view) <- messages_raw, subscriptions_raw",
      "analytics users_without_messages (view) <- messages_raw, users_raw",
      "monitoring monitor_anomalous_messages (view) <- messages_raw, subscriptions_raw, users_raw",
      "monitoring monitor_subscription_anomalies (view) <- subscriptions_raw",
      "raw messages_raw (table) <- api_messages",
      "raw subscriptions_raw (table) <- api_users",
      "raw users_raw (table) <- api_users, sensitive_city_ids, sensitive_profession_ids, sensitive_zipcode_ids",
      "sensitive sensitive_city_ids (table) <- api_users",
      "sensitive sensitive_profession_ids (table) <- api_users",
      "sensitive sensitive_zipcode_ids (table) <- api_users",
      "source api_messages (ephemeral) <- ",
      "source api_users (ephemeral) <- "
    ])
    expect(graph.assets.filter((asset: Asset.Any) => asset.description === undefined)).toStrictEqual([])
  })
)

it("running the pipeline needs its services and no more", () => {
  type Graph = typeof pipeline
  expectTypeOf<AssetGraph.Context<Graph>>().toEqualTypeOf<
    SparkApi | Quarantine | Suppressions | Spill | PiiMasker | WarehousePorts
  >()
})

it("tables and views have the columns that were promised, and analysts read all but the mask tables", () => {
  const described = [...spec.tables, ...spec.masks, ...spec.views].map(
    (relation) => `${relation.name}: ${columnNames(relation).join(", ")}`
  )
  expect(described).toStrictEqual([
    "users_raw: user_id, created_at, updated_at, city_id, zipcode_id, profession_id, country, email_domain, birth_year, gender, is_smoking, income, loaded_at",
    "subscriptions_raw: user_id, position, created_at, start_date, end_date, status, amount, loaded_at",
    "messages_raw: id, created_at, sender_id, receiver_id, loaded_at",
    "sensitive_city_ids: id, city",
    "sensitive_zipcode_ids: id, zipcode",
    "sensitive_profession_ids: id, profession",
    "messages_per_day: day, messages",
    "users_without_messages: user_id, created_at, country",
    "active_subscriptions: user_id, position, start_date, end_date, amount",
    "messages_without_active_subscription: id, created_at, sender_id",
    "average_subscription_amount_by_month: month, subscriptions, average_amount",
    "monitor_subscription_anomalies: user_id, position, anomaly",
    "monitor_anomalous_messages: id, anomaly"
  ])
  expect(spec.analyst.select.map(({ name }) => name)).toStrictEqual([...spec.tables, ...spec.views].map(({ name }) => name))
})

it("every view says what it reads, and that is what its asset stands on", () => {
  const views = spec.views.map((view) => {
    const sql = view.select({ now: "NOW" })
    const read = spec.tables.filter(({ name }) => sql.includes(name)).map(({ name }) => name)
    return [view.name, read.sort(), view.on.map(({ name }) => name).sort()]
  })
  expect(views.map(([name, read]) => [name, read])).toStrictEqual(views.map(([name, , on]) => [name, on]))
})

it.effect("a view's asset publishes the view, which answers its rows", () =>
  Effect.gen(function* () {
    const { rows, value, writes } = yield* materializeForTest(monitorAnomalousMessages, {
      messages: published(MessagesRaw, [
        { id: "1", created_at: "2024-06-01T12:00:00.000Z", sender_id: "ada", receiver_id: "bob", loaded_at: noon }
      ]),
      users: published(UsersRaw),
      subscriptions: published(SubscriptionsRaw)
    })
    expect(value).toStrictEqual({ relation: MonitorAnomalousMessages })
    expect(rows).toStrictEqual([
      { id: "1", anomaly: "unknown_sender" },
      { id: "1", anomaly: "unknown_receiver" },
      { id: "1", anomaly: "outside_subscription" }
    ])
    expect(writes).toStrictEqual([{ kind: "view", relation: "monitor_anomalous_messages", rows }])
  })
)

it.scoped("a table is loaded again only where it was published", () =>
  Effect.gen(function* () {
    const { layer } = yield* Memory.make
    const load = usersRaw.storage._tag === "Stored" ? Effect.provide(usersRaw.storage.load, layer) : Effect.void
    const before = yield* Effect.flip(load)
    const masks = {
      cities: MaskMap.of("city", {}),
      zipcodes: MaskMap.of("zipcode", {}),
      professions: MaskMap.of("profession", {})
    }
    yield* Effect.provide(runForTest(usersRaw, { users: Dataset.fromArray([]), ...masks }), layer)
    expect([before.message, yield* load]).toStrictEqual([
      "Could not open users_raw: it is not in the store yet. Materialize the asset that publishes it.",
      { relation: UsersRaw }
    ])
  })
)
