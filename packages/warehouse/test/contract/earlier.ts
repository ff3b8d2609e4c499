import type { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

/** A file of a store from the version before rows were kept by pipeline. */
export const earlier = (file: string): string => `${import.meta.dirname}/../fixtures/earlier/${file}`

/** The run history of the version before partitions, as an embedded store's file. */
export const unpartitioned = `${import.meta.dirname}/../fixtures/version1/history.db`

/** The tables of the run history that its migrations have added since, and the rows that they have then. */
export const added = new Map<string, Array<never>>(
  ["sluice_partition_events", "sluice_partition_keys", "sluice_standing_bases", "sluice_standings"].map((table) => [
    table,
    []
  ])
)

/** The same of the other internal tables. */
export const addedRecords = new Map<string, Array<never>>([["sluice_partition_marks", []]])

/** A row of an internal table of that earlier version, as it is after all migrations. */
export const migratedRow = (table: string, row: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const added = table.endsWith("sluice_runs") ? Array(6).fill(null) : table.endsWith("sluice_open_steps") ? [null] : []
  return ["spark", ...row, ...added]
}

/** The runs of that store with their status, newest first. */
export const earlierRuns = (store: RunStore["Type"]) =>
  Effect.map(store.runs(9), (runs) => runs.map(({ runId, status }) => `${runId} ${status}`))

/** The owners of that store's relations after its migration. */
export const owners = ["contract_cities", "contract_jobs", "contract_letters", "contract_people"].map((relation) => [
  relation,
  "spark"
])
