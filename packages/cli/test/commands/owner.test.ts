import { hostname } from "node:os"
import { join } from "node:path"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import type { RunOwner } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as SqliteHistory from "@sluice/warehouse/embedded/SqliteHistory"
import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as ProcessIdentity from "../../src/wiring/ProcessIdentity.ts"
import { emptyDirectory, silentApi, sluice, start } from "../support.ts"

const self = ProcessIdentity.self()
const place = self.started?.split(" ")[0]

/** Records the beginning of a run that nobody has concluded, in a store that is there. */
const begin = (cwd: string, runId: string, owner: RunOwner) => {
  const at = new Date().toISOString()
  const steps = [{ asset: "users_raw", action: "materialize", reason: { _tag: "Selected" }, after: [] }] as const
  return Effect.flatMap(RunStore, (store) =>
    store.append([{ _tag: "RunStarted", runId, at, selection: "*", steps, tags: {}, owner }])
  ).pipe(
    Effect.provide(SqliteHistory.layer({ directory: join(cwd, ".sluice") })),
    Effect.provideService(PipelineName, "spark"),
    Effect.runPromise
  )
}

// Regression: such a run was "running" for ever, and the advice was to stop a process that had nothing to do with it.
it("a run whose process id belongs to another process by now is closed, and neither erase nor retry waits for it", async () => {
  const cwd = emptyDirectory()
  await sluice(cwd, ["materialize", "users_raw"])
  const owner = { host: hostname(), pid: process.pid }
  await begin(cwd, "reused", { ...owner, started: `${place} 1` })
  const erased = await sluice(cwd, ["erase", "nobody"])
  expect([erased.code, /Closed run reused as crashed/.test(erased.stderr)]).toEqual([0, true])
  await begin(cwd, "reused-again", { ...owner, started: `${place} 1` })
  const retried = await sluice(cwd, ["retry"])
  expect([retried.code, /Retrying run reused-again/.test(retried.stderr)]).toEqual([0, true])
})

it("a run of a suspended process is alive, and ends as usual when it is awake", async () => {
  const cwd = emptyDirectory()
  const run = start(cwd, ["materialize", "--all"], { SPARK_API_URL: await silentApi() })
  await run.says("▸ api_users")
  run.signal("SIGSTOP")
  const other = await sluice(cwd, ["erase", "nobody"])
  run.signal("SIGCONT")
  run.signal("SIGINT")
  const { code } = await run.finished
  expect([other.code, /Closed/.test(other.stderr), /is materializing /.test(other.stderr), code]).toEqual([
    1,
    false,
    true,
    130
  ])
})
