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
 * A process that publishes: `directory version rows then`. It prints "staged" to stdout when all rows are staged. With `then`
 * as "commit" it continues. With "stall" it waits to be killed. With "check" it prints and waits when the rows are to be
 * checked.
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

// The timer keeps this process alive, waiting for its parent.
const alive = setInterval(() => undefined, 1_000)
await Effect.runPromise(program)
clearInterval(alive)
