import * as Dataset from "@sluice/core/data/Dataset"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import type { Flavour } from "../../../../test/servers/TestServers.ts"
import type { Loader } from "../../src/mysql/Loader.ts"
import * as databases from "./databases.ts"
import { step } from "./steps.ts"
import { Readings, readings, spec } from "./tables.ts"

/** The stores over a fresh database with these tests' tables, with a short wait for locks. */
export const fresh = (flavour: Flavour, load?: Loader) =>
  databases.layer(flavour, spec, { lockWait: "1 second", ...(load === undefined ? {} : { load }) })

/** Publishes `count` readings, all of one generation. */
export const publishReadings = (count: number, generation: number) =>
  Effect.flatMap(Warehouse, (warehouse) => step(warehouse.publish(Readings, Dataset.fromArray(readings(count, generation)))))

/** The names of the existing table of readings and its staging tables. */
export const tableNames = Effect.flatMap(WarehouseReader, (reader) =>
  Effect.map(reader.query("SHOW TABLES LIKE 'readings%'", "pipeline"), ({ rows }) => rows.map(([name]) => name))
)
