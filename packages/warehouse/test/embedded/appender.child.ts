import { argv } from "node:process"
import { RunStore } from "@sluice/core/run/RunStore"
import * as SqliteHistory from "@sluice/warehouse/embedded/SqliteHistory"
import * as Effect from "effect/Effect"
import { forPipeline } from "../contract/pipelines.ts"
import { at, daysOf, partitionsMade, runStarted } from "../contract/runEvents.ts"

/**
 * A process that appends to a run of its own: `directory process processes appends`. Each append makes one day of an asset that
 * all processes share: `process`, `process + processes`, and so on.
 */
const [directory = "", own = "0", processes = "1", appends = "1"] = argv.slice(2)

const runId = `20240101-000000-p${own}`

const program = Effect.gen(function* () {
  const store = yield* RunStore
  yield* store.append([runStarted(runId, at)], 0)
  for (let index = 0; index < Number(appends); index++) {
    const day = Number(own) + index * Number(processes)
    yield* store.append([partitionsMade(runId, "shared", [daysOf(day, day)])], index + 1)
  }
}).pipe(Effect.provide(forPipeline()(SqliteHistory.layer({ directory }))))

await Effect.runPromise(program)
