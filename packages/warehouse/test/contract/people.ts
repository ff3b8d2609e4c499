import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import * as Mask from "@sluice/core/relation/Mask"
import * as Table from "@sluice/core/relation/Table"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { Erasure, type ErasureSpec } from "@sluice/warehouse/Erasure"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { readAll, recordingStep } from "./support.ts"

/** A store with people: their names, cities, jobs and letters. */
export const People = Table.make("contract_people", {
  description: "People.",
  columns: {
    id: Column.text(64),
    city_id: Column.nullable(Column.maskId("city")),
    job_id: Column.nullable(Column.maskId("profession"))
  },
  primaryKey: ["id"],
  subject: "id"
})
export const Letters = Table.make("contract_letters", {
  description: "Letters.",
  columns: { id: Column.text(64), sender: Column.text(64), receiver: Column.text(64) },
  primaryKey: ["id"],
  subject: ["sender", "receiver"],
  indexes: [["sender"]]
})
export const Cities = Mask.make("contract_cities", { kind: "city", column: "city", description: "Cities." })
export const Jobs = Mask.make("contract_jobs", { kind: "profession", column: "profession", description: "Jobs." })

export const spec: ErasureSpec = {
  tables: [People, Letters],
  masks: [Cities, Jobs],
  quarantine: ["people"]
}

/** Long enough, and with enough letters, that no key or hash of a store contains it by chance. */
export const ada = Redacted.make("ada_lovelace")

/** Ada is erased. */
export const eraseAda = Effect.flatMap(Erasure, ({ erase }) => erase(spec, ada))

export const person = (id: string) => ({ id, city_id: null, job_id: null })
export const row = (id: string) => ({ ordinal: 0, id, field: "x", reason: "is missing" })

/** A step of a run. */
export const inRun = <A, E, R>(runId: string, effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, StepContext, { ...recordingStep().service, runId })

export const publishRows = (dataset: Dataset.Dataset<Table.Row<typeof People>>) =>
  Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(People, dataset))

export const publishPeople = (runId: string, ids: ReadonlyArray<string>) =>
  inRun(runId, publishRows(Dataset.fromArray(ids.map(person))))

export const masked = <K extends string>(runId: string, table: Mask.Mask<string, K>, values: ReadonlyArray<string>) =>
  inRun(
    runId,
    Effect.flatMap(PiiMasker, (masker) =>
      masker.ids(table, Dataset.fromArray(values.map((value) => Pii.make(table.kind, value))))
    )
  )

/**
 * Ada, the only one in Oslo, and Bob, of Bern. Both are clerks and write to each other and themselves. Returns the mask ids of
 * these values.
 */
export const fill = Effect.fnUntraced(function* (runId: string) {
  const warehouse = yield* Warehouse
  const quarantine = yield* Quarantine
  const oslo = yield* idOf(runId, Cities, "Oslo")
  const bern = yield* idOf(runId, Cities, "Bern")
  const clerk = yield* idOf(runId, Jobs, "clerk")
  const people = [
    { id: "ada_lovelace", city_id: oslo, job_id: clerk },
    { id: "bob", city_id: bern, job_id: clerk }
  ]
  const letters = ["ada_lovelace bob", "bob ada_lovelace", "ada_lovelace ada_lovelace", "bob bob"].map((names, i) => {
    const [sender = "", receiver = ""] = names.split(" ")
    return { id: String(i + 1), sender, receiver }
  })
  yield* inRun(runId, publishRows(Dataset.fromArray(people)))
  yield* inRun(runId, warehouse.publish(Letters, Dataset.fromArray(letters)))
  yield* quarantine.replace(
    "people",
    runId,
    Dataset.of(row("ada_lovelace"), { ...row("ada_lovelace"), field: "y" }, row("bob"))
  )
  yield* quarantine.replace("letters", runId, Dataset.of(row("ada_lovelace")))
  return { oslo, bern, clerk }
})

const idOf = Effect.fnUntraced(function* <K extends string>(runId: string, table: Mask.Mask<string, K>, value: string) {
  const id = (yield* masked(runId, table, [value])).get(Pii.make(table.kind, value))
  return id ?? (yield* Effect.dieMessage("a value that was masked has no id"))
})

/** All contents of the store. */
export const everything = Effect.gen(function* () {
  const quarantine = yield* Quarantine
  const reader = yield* WarehouseReader
  const valuesOf = (table: Mask.Any) =>
    Effect.map(reader.query(`SELECT ${table.valueColumn}, id FROM ${table.name} ORDER BY id`, "pipeline"), ({ rows: all }) =>
      all.map(([value, id]) => [String(value), Number(id)] as const)
    )
  return {
    people: yield* readAll(People),
    letters: yield* readAll(Letters),
    cities: yield* valuesOf(Cities),
    jobs: yield* valuesOf(Jobs),
    quarantine: yield* quarantine.list("people"),
    letters_quarantine: yield* quarantine.list("letters")
  }
})
