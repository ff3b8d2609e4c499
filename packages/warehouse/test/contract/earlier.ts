import type { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"

/** A file of the store that the version before stores kept rows by pipeline has made. */
export const earlier = (file: string): string => `${import.meta.dirname}/../fixtures/earlier/${file}`

/** The runs of that store and how they ended, newest first. */
export const earlierRuns = (store: RunStore["Type"]) =>
  Effect.map(store.runs(9), (runs) => runs.map(({ runId, status }) => `${runId} ${status}`))

/** What that store's relations belong to, once it is up to date. */
export const owners = ["contract_cities", "contract_jobs", "contract_letters", "contract_people"].map((relation) => [
  relation,
  "spark"
])
