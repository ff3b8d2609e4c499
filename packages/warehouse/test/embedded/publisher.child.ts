import { argv, stdout } from "node:process"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { forPipeline } from "../contract/pipelines.ts"
import { recordingStep } from "../contract/support.ts"
import { Wide, wideRows } from "./wide.ts"

/**
 * A process of its own that publishes: `directory version rows then`. Tells "staged" on stdout when all rows have come; then
 * goes on where `then` is "commit", and waits to be killed where it is "stall". Where it is "check", it tells and waits when the
 * rows are to be checked.
 */
const [directory = "", version = "0", rows = "0", after = "commit"] = argv.slice(2)

const staged = Effect.async<void>((resume) => {
  stdout.write("staged\n", () => resume(after === "commit" ? Effect.void : Effect.never))
})

const all = Dataset.chunks(Dataset.fromArray(wideRows(Number(version), Number(rows))))
const dataset = Dataset.fromChunks(after === "check" ? all : Stream.concat(all, Stream.drain(Stream.fromEffect(staged))))
const { service } = recordingStep("wide", () => (after === "check" ? staged : Effect.void))

const program = Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(Wide, dataset)).pipe(
  Effect.provideService(StepContext, service),
  Effect.provide(forPipeline()(SqliteStores.layer({ directory })))
)

// A killed process does not wait for timers; this one must, for its parent.
const alive = setInterval(() => undefined, 1_000)
await Effect.runPromise(program)
clearInterval(alive)
