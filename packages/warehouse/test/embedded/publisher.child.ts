import { argv, stdout } from "node:process"
import * as Dataset from "@sluice/core/data/Dataset"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { inStep } from "../contract/support.ts"
import { Wide, wideRows } from "./wide.ts"

/**
 * A process of its own that publishes: `directory version rows then`. Tells "staged" on stdout when all rows are staged; then
 * goes on where `then` is "commit", and waits to be killed where it is "stall".
 */
const [directory = "", version = "0", rows = "0", after = "commit"] = argv.slice(2)

const staged = Stream.drain(
  Stream.fromEffect(
    Effect.async<void>((resume) => {
      stdout.write("staged\n", () => resume(after === "stall" ? Effect.never : Effect.void))
    })
  )
)

const program = Effect.flatMap(Warehouse, (warehouse) =>
  inStep(
    warehouse.publish(
      Wide,
      Dataset.fromChunks(Stream.concat(Dataset.fromArray(wideRows(Number(version), Number(rows))).chunks, staged))
    )
  )
).pipe(Effect.provide(SqliteStores.layer({ directory })))

// A killed process does not wait for timers; this one must, for its parent.
const alive = setInterval(() => undefined, 1_000)
await Effect.runPromise(program)
clearInterval(alive)
