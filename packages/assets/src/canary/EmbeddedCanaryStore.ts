import { join } from "node:path"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as Fault from "@sluice/warehouse/embedded/LibsqlFault"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type { Canaries } from "./Canaries.ts"
import { bytesOf, type CanaryStore, digestOf, maskOf, place, placeOf, secretOf } from "./CanaryStore.ts"
import * as Files from "./Files.ts"
import type { Ledger } from "./Ledger.ts"

/** An embedded store in the default place, below the pipeline's working directory. */
export const make = (canaries: Canaries, pipeline: string, warehouse: WarehouseSpec, work: string): CanaryStore => {
  const directory = join(work, ".sluice")
  return {
    name: "the embedded store",
    env: {
      SPARK_API_TOKEN: canaries.word("SPARK_API_TOKEN"),
      ANALYST_PASSWORD: canaries.word("ANALYST_PASSWORD"),
      SLUICE_SECRET: secretOf(canaries)
    },
    wrongSettings: {
      "another store's secret": { SLUICE_SECRET: secretOf(canaries) },
      "a database URL that is none": { DATABASE_URL: `mysql//pipeline:${canaries.word("DATABASE_URL")}@localhost` }
    },
    refuseCities: (refuse) =>
      onFile(
        join(directory, "sensitive.db"),
        "prepare the canary store",
        refuse
          ? "CREATE TRIGGER canary BEFORE INSERT ON sensitive_city_ids BEGIN SELECT json_extract('{}', new.city); END"
          : "DROP TRIGGER canary"
      ),
    searchTables: (ledger) =>
      Effect.forEach(["public.db", "sensitive.db", "history.db"], (file) => searchTables(ledger, directory, file), {
        discard: true
      }),
    searchViews: (ledger) => searchAsAnalyst(ledger, pipeline, warehouse, directory),
    searchFiles: Effect.fn("EmbeddedCanaryStore.searchFiles")(function* (ledger) {
      for (const path of Files.under(directory)) {
        const name = path.slice(directory.length + 1)
        ledger.lookAtBlocks(place.files, name, Files.blocks(path), () => name.startsWith("sensitive.db"))
        if (name === "public.db") ledger.lookAtBlocks(place.analyst, name, Files.blocks(path))
      }
    }),
    masks: Effect.forEach(warehouse.masks, (mask) =>
      Effect.map(
        onFile(join(directory, "sensitive.db"), operation, `SELECT id, "${mask.valueColumn}" FROM "${mask.name}"`),
        (rows) => maskOf(mask, rows)
      )
    ),
    filesForget: true,
    isLoading: () => Effect.succeed(true),
    contents: Effect.map(
      Effect.forEach(["public.db", "sensitive.db"], (file) => tablesOf(directory, file)),
      (files) => files.flat().flatMap(([table, rows]) => digestOf(table, rows))
    )
  }
}

const searchTables = Effect.fnUntraced(function* (ledger: Ledger, directory: string, file: string) {
  for (const [table, rows] of yield* tablesOf(directory, file)) {
    ledger.look(placeOf(table), table, bytesOf(rows), (home) => home === table)
  }
})

const tablesOf = Effect.fnUntraced(function* (directory: string, file: string) {
  const path = join(directory, file)
  const tables = yield* onFile(path, operation, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
  return yield* Effect.forEach(tables, ([table]) =>
    Effect.map(onFile(path, operation, `SELECT * FROM "${String(table)}"`), (rows) => [String(table), rows] as const)
  )
})

/** Queries everything as the analyst. Refused relations are skipped. */
const searchAsAnalyst = Effect.fnUntraced(function* (
  ledger: Ledger,
  pipeline: string,
  { analyst, masks }: WarehouseSpec,
  directory: string
) {
  const relations = ["sqlite_master", "quarantine", "sluice_events", ...masks.map(({ name }) => name)]
  const names = [...analyst.select.map(({ name }) => name), ...relations]
  yield* Effect.flatMap(WarehouseReader, (reader) =>
    Effect.forEach(names, (name) =>
      Effect.map(Effect.either(reader.query(`SELECT * FROM ${name}`, "analyst")), (answer) => {
        if (Either.isRight(answer)) ledger.look(place.analyst, name, bytesOf(answer.right.rows))
      })
    )
  ).pipe(Effect.provide(Layer.provide(SqliteStores.reading({ directory }), Layer.succeed(PipelineName, pipeline))))
})

const operation = "search the canary store"

/** Runs a statement over its own connection. */
const onFile = (path: string, doing: string, sql: string) =>
  Effect.scoped(
    Effect.flatMap(LibsqlClient.make({ path }), (client) => client.use((session) => session.values(sql, [])))
  ).pipe(Effect.mapError((error) => Fault.translate(doing, error)))
