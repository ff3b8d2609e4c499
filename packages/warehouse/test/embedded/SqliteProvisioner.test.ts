import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as Mask from "@sluice/core/relation/Mask"
import * as View from "@sluice/core/relation/View"
import * as LibsqlClient from "@sluice/warehouse/embedded/LibsqlClient"
import * as SqliteProvisioner from "@sluice/warehouse/embedded/SqliteProvisioner"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Provisioner } from "@sluice/warehouse/Provisioner"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { forPipeline } from "../contract/pipelines.ts"
import { Everything, inStep, Numbers, numbers, readAll } from "../contract/support.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

const Cities = Mask.make("cities", { kind: "city", column: "city", description: "" })
const Versions = View.make("versions", {
  description: "",
  columns: { version: Column.integer },
  on: [Numbers],
  select: () => "SELECT DISTINCT version FROM contract_numbers"
})
const spec: Grants.WarehouseSpec = {
  tables: [Everything, Numbers],
  masks: [Cities],
  views: [Versions],
  analyst: Grants.select(Everything, Numbers, Versions)
}

const provision = (directory: string) =>
  Effect.flatMap(Provisioner, (provisioner) => provisioner.provision(spec)).pipe(
    Effect.provide(forPipeline()(SqliteProvisioner.layer({ directory })))
  )

it.scopedLive("provisioning creates every declared table and view, empty; the second time there is nothing to do", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    expect(yield* provision(directory)).toStrictEqual([
      "created the public table contract_everything",
      "created the public table contract_numbers",
      "created the mask table cities",
      "created the view versions"
    ])
    expect(yield* provision(directory)).toStrictEqual([])
    yield* Effect.gen(function* () {
      const warehouse = yield* Warehouse
      expect([yield* readAll(Everything), yield* readAll(Versions)]).toStrictEqual([[], []])
      expect(yield* warehouse.open(Numbers)).toStrictEqual({ relation: Numbers })
      expect((yield* (yield* PiiMasker).load(Cities)).size).toBe(0)
    }).pipe(withStores(directory))
  })
)

// Regression: an empty transaction waits for readers too, so a reader of half a minute made every run end with exit code 2.
it.scopedLive("with nothing to provision, a store is opened at once although a reader is in a transaction", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    yield* provision(directory)
    const reader = yield* LibsqlClient.make({ path: join(directory, "public.db") })
    yield* reader.use((session) => {
      session.database.exec("BEGIN")
      session.values("SELECT COUNT(*) FROM contract_numbers", [])
    })
    const [elapsed, found] = yield* Effect.timed(
      Effect.zipRight(provision(directory), withStores(directory)(Effect.flatMap(Warehouse, () => readAll(Numbers))))
    )
    expect([Duration.toMillis(elapsed) < 4_000, found]).toStrictEqual([true, []])
  })
)

it.scopedLive("provisioning leaves what is there as it is", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    yield* Effect.gen(function* () {
      const warehouse = yield* Warehouse
      yield* inStep(warehouse.publish(Numbers, numbers(5, 2)))
      yield* inStep((yield* PiiMasker).ids(Cities, Dataset.of(Pii.make("city", "London"))))
    }).pipe(withStores(directory))
    expect(yield* provision(directory)).toStrictEqual([
      "created the public table contract_everything",
      "created the view versions"
    ])
    expect(yield* withStores(directory)(readAll(Versions))).toStrictEqual([{ version: 5 }])
  })
)

// Regression: missing tables were determined before the transaction that created them, and the second of two processes failed.
it.scopedLive("provisioning of one store by many at once succeeds for all, and creates everything once", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    const lines = yield* Effect.all(
      Array.from({ length: 8 }, () => provision(directory)),
      { concurrency: 8 }
    )
    const tables = lines.flat().filter((line) => !line.includes("mask"))
    expect([...new Set(tables)].length).toBe(tables.length)
  })
)
