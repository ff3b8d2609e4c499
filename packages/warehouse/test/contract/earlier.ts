import type { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

/** A file of a store from the version before rows were kept by pipeline. */
export const earlier = (file: string): string => `${import.meta.dirname}/../fixtures/earlier/${file}`

/** The runs of that store with their status, newest first. */
export const earlierRuns = (store: RunStore["Type"]) =>
  Effect.map(store.runs(9), (runs) => runs.map(({ runId, status }) => `${runId} ${status}`))

/** The owners of that store's relations after its migration. */
export const owners = ["contract_cities", "contract_jobs", "contract_letters", "contract_people"].map((relation) => [
  relation,
  "spark"
])
