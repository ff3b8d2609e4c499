import { argv, stdout } from "node:process"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import { forPipeline } from "../contract/pipelines.ts"
import { march, ordersTable, rowsOf } from "../contract/slices.ts"
import { recordingStep } from "../contract/support.ts"

/**
 * A process that replaces days of March 2024, one after another: `directory first last rows amount then`. It prints "staged" when
 * the rows of the first day are to be checked. With `then` as "stall" it waits there to be killed.
 */
const [directory = "", first = "1", last = "1", rows = "1", amount = "1", after = "commit"] = argv.slice(2)

const staged = Effect.async<void>((resume) => {
  stdout.write("staged\n", () => resume(after === "commit" ? Effect.void : Effect.never))
})
const { service } = recordingStep("killed", () => staged)
const table = ordersTable("killed")

const program = Effect.gen(function* () {
  const warehouse = yield* Warehouse
  for (let day = Number(first); day <= Number(last); day++) {
    const ordered_at = `2024-03-${String(day).padStart(2, "0")}T12:00:00.000Z`
    const all = Array.from({ length: Number(rows) }, (_, at) => ({ id: `${day}-${at}`, ordered_at, amount: Number(amount) }))
    yield* warehouse.replacePartitions(table, march(String(day)), Dataset.fromArray(rowsOf(all)))
  }
}).pipe(
  Effect.provideService(StepContext, { ...service, runId: `run-${amount}` }),
  Effect.provide(forPipeline()(SqliteStores.layer({ directory })))
)

// The timer keeps this process alive, waiting for its parent.
const alive = setInterval(() => undefined, 1_000)
await Effect.runPromise(program)
clearInterval(alive)
