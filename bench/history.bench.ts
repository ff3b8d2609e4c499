/** The cost of recording: appending events durably to the embedded store, and reading a run with many of them. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { flag, inTurn, report } from "./harness.ts"

const count = flag("events", 100_000, 5_000)
const appends = flag("appends", 200, 20)
const runs = flag("runs", 5, 2)
const batch = 1_000

const directory = mkdtempSync(join(tmpdir(), "sluice-bench-history-"))
const runtime = ManagedRuntime.make(
  Layer.provide(SqliteStores.layer({ directory: join(directory, "store") }), Layer.succeed(PipelineName, "bench"))
)
const using = <A, E>(use: (store: RunStore["Type"]) => Effect.Effect<A, E>) =>
  runtime.runPromise(Effect.flatMap(RunStore, use))

const at = "2024-01-01T00:00:00.000Z"
const started = (runId: string): RunEvent => ({
  _tag: "RunStarted",
  runId,
  at,
  selection: "*",
  steps: ["a", "b"].map((asset) => ({ asset, action: "materialize", reason: { _tag: "Selected" }, after: [] })),
  tags: {},
  owner: { host: "bench", pid: 1 }
})
const attempt = (runId: string, attempt: number): RunEvent => ({ _tag: "StepStarted", runId, at, asset: "a", attempt })
const append = (runId: string, size: number, total: number) =>
  using((store) =>
    Effect.gen(function* () {
      yield* store.append([started(runId)], 0)
      for (let from = 1; from <= total; from += size) {
        yield* store.append(
          Array.from({ length: size }, (_, index) => attempt(runId, from + index)),
          from
        )
      }
    })
  )

let run = 0
const next = () => `run-${run++}`
await append("large", batch, count)
const [single = 0, batched = 0, reading = 0, open = 0] = await inTurn(
  runs,
  () => append(next(), 1, appends),
  () => append(next(), batch, count),
  () => using((store) => store.events("large")),
  () => using((store) => store.openSteps("large"))
)
await runtime.dispose()
rmSync(directory, { recursive: true, force: true })
report("history", `${count} events of one run on the embedded store, medians of ${runs} runs in turn`, [
  { what: "append one event, durably", unit: "ms", value: single / appends },
  { what: `append by ${batch}, each event`, unit: "µs", value: (batched * 1_000) / count },
  { what: "read every event", unit: "ms", value: reading },
  { what: "tell the open steps", unit: "ms", value: open, floor: { what: "reading every event", value: reading } }
])
