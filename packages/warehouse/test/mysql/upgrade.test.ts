import { describe, expect, it } from "@effect/vitest"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { runStarted, succeeded } from "../contract/runEvents.ts"
import * as databases from "./databases.ts"

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`a store of an earlier version on ${flavour}`, () => {
    it.live("is given the columns that it lacks, by several starts at once, and keeps its runs in their order", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const run = (id: string) => [runStarted(id, "2024-01-01T00:00:00.000Z"), succeeded(id, "things", "materialize", 1)]
        const stores = databases.stores(database)
        yield* Effect.provide(
          Effect.flatMap(RunStore, (store) => store.append([...run("r1"), ...run("r2")])),
          stores
        )
        yield* databases.asAdmin(
          database,
          "ALTER TABLE sluice_runs DROP COLUMN number",
          "ALTER TABLE sluice_materializations DROP COLUMN number"
        )
        const seen = Effect.gen(function* () {
          const store = yield* RunStore
          const names = (all: ReadonlyArray<{ readonly runId: string }>) => all.map(({ runId }) => runId)
          return [names(yield* store.runs(9)), names(yield* store.history("things", 9))]
        })
        const all = yield* Effect.all(
          [1, 2, 3].map(() => Effect.provide(seen, stores)),
          { concurrency: "unbounded" }
        )
        expect(all).toEqual(
          all.map(() => [
            ["r2", "r1"],
            ["r2", "r1"]
          ])
        )
      })
    )
  })
}
