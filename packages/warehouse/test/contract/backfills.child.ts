import { argv, exit, kill, pid, stdout } from "node:process"
import * as Selection from "@sluice/core/graph/Selection"
import * as PartitionRequest from "@sluice/core/plan/PartitionRequest"
import * as Executor from "@sluice/core/run/Executor"
import * as Owner from "@sluice/core/run/Owner"
import * as Planner from "@sluice/core/run/Planner"
import * as Recovery from "@sluice/core/run/Recovery"
import * as SqliteStores from "@sluice/warehouse/embedded/SqliteStores"
import * as MysqlStores from "@sluice/warehouse/mysql/MysqlStores"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { backfilled, type Life } from "./backfilled.ts"
import { forPipeline } from "./pipelines.ts"

/**
 * A process that backfills a table: its argument is a `Life` as JSON. It closes the runs of dead processes first, as every start of
 * Sluice does, and prints "begun" as it makes its first, fifth or ninth partition, as the number of the process has it. It ends with 0 if all partitions were made.
 */
const life: Life = JSON.parse(argv[2] ?? "{}")

const isAlive = (owner: { readonly pid: number }): boolean => {
  try {
    return kill(owner.pid, 0)
  } catch {
    return false
  }
}

let begun = 0
const begin = Effect.sync(() => {
  if (begun++ === (life.life % 3) * 4) stdout.write("begun\n")
})

const program = Effect.gen(function* () {
  const { graph } = backfilled({ ...life, begin })
  yield* Owner.closeOrphans((run, open, now) => Recovery.unrecorded(graph, run, open, now))
  const partitions =
    life.partitions === undefined ? PartitionRequest.inState(["missing"]) : PartitionRequest.named(life.partitions)
  const plan = yield* Planner.plan(graph, Selection.all, { partitions, backfill: true })
  return yield* Executor.run(plan, { concurrency: 4 })
}).pipe(Effect.provideService(Owner.Owner, { self: { host: "here", pid }, isAlive }))

const { store } = life
const { status } = await Effect.runPromise(
  store._tag === "Embedded"
    ? Effect.provide(program, forPipeline()(SqliteStores.layer({ directory: store.directory })))
    : Effect.provide(
        program,
        forPipeline()(MysqlStores.layer({ url: { ...store.url, password: Redacted.make(store.password) } }))
      )
)
exit(status === "succeeded" ? 0 : 1)
