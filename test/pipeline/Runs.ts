import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import definitions from "@sluice/assets/definitions"
import { SparkApi } from "@sluice/assets/SparkApi"
import { MessagesRaw } from "@sluice/assets/tables/MessagesRaw"
import { SubscriptionsRaw } from "@sluice/assets/tables/SubscriptionsRaw"
import { UsersRaw } from "@sluice/assets/tables/UsersRaw"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import { Spill } from "@sluice/core/data/Spill"
import * as Selection from "@sluice/core/graph/Selection"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import { RunStore } from "@sluice/core/run/RunStore"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { RowLoss } from "@sluice/warehouse/checks/RowCount"
import { Erasure } from "@sluice/warehouse/Erasure"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const { graph: pipeline, warehouse: spec } = Either.getOrThrow(definitions.sealed)
const erasure = { ...spec, quarantine: definitions.personSources }

/** The result of a run, and how it read its sources. */
export interface Ran {
  readonly status: string
  /** The data versions of users and of messages. */
  readonly versions: ReadonlyArray<string | undefined>
  /** The number of changed pages, for users and for messages; undefined if everything was read. */
  readonly changed: ReadonlyArray<unknown>
}

/** Runs the whole pipeline, or a selection, from an API into the store of the context. */
export const run = (url: string, options: { readonly full?: boolean; readonly select?: Selection.Selection } = {}) =>
  Effect.gen(function* () {
    const plan = yield* Planner.plan(pipeline, options.select ?? Selection.all)
    const result = yield* Executor.run(plan, { concurrency: 4, full: options.full === true })
    const { materializations } = yield* RunStore
    const recorded = yield* materializations
    const sources = ["api_users", "api_messages"].map((name) => recorded.get(name))
    const ran: Ran = {
      status: result.status,
      versions: sources.map((source) => source?.provenance.data),
      changed: sources.map((source) => source?.metadata["pages_changed"])
    }
    return ran
  }).pipe(
    Effect.provide(api(url)),
    Effect.provideService(RowLoss, { maxShare: 1, allowed: true }),
    Effect.provideService(CodeVersions, () => "1")
  )

/** Erases a person, like `erase`. */
export const erase = (id: string) => Effect.flatMap(Erasure, (store) => store.erase(erasure, Redacted.make(id)))

/** All rows of all tables without their times of loading, with the masked values instead of their ids, and the quarantine. */
export const contents = Effect.gen(function* () {
  const reader = yield* WarehouseReader
  const quarantine = yield* Quarantine
  const rowsOf = <T extends typeof UsersRaw | typeof SubscriptionsRaw | typeof MessagesRaw>(table: T) =>
    Effect.map(Stream.runCollect(reader.read(table)), (pages) =>
      Chunk.toReadonlyArray(pages)
        .flat()
        .map(({ loaded_at, ...row }) => row as Record<string, unknown>)
    )
  const values = Effect.fnUntraced(function* (table: string, column: string) {
    const { rows } = yield* reader.query(`SELECT id, ${column} FROM ${table}`, "pipeline")
    return new Map(rows.map(([id, value]) => [Number(id), String(value)]))
  })
  const cities = yield* values("sensitive_city_ids", "city")
  const zipcodes = yield* values("sensitive_zipcode_ids", "zipcode")
  const professions = yield* values("sensitive_profession_ids", "profession")
  const valueOf = (map: ReadonlyMap<number, string>, id: unknown) => (id === null ? null : map.get(Number(id)))
  const users = (yield* rowsOf(UsersRaw)).map(({ city_id, profession_id, zipcode_id, ...row }) => ({
    ...row,
    city: valueOf(cities, city_id),
    profession: valueOf(professions, profession_id),
    zipcode: valueOf(zipcodes, zipcode_id)
  }))
  return {
    users,
    subscriptions: yield* rowsOf(SubscriptionsRaw),
    messages: yield* rowsOf(MessagesRaw),
    quarantined: [yield* quarantine.list("users"), yield* quarantine.list("messages")]
  }
})

/** Small, so that there are many pages. */
const pageSize = 2

const api = (url: string) =>
  Layer.merge(Layer.provide(SparkApi.layer({ url: new URL(url), pageSize }), NodeHttpClient.layer), Spill.layerMemory)
