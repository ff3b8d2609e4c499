import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore } from "@sluice/core/run/RunStore"
import * as SqliteHistory from "@sluice/warehouse/embedded/SqliteHistory"
import * as Effect from "effect/Effect"
import { forPipeline } from "../contract/pipelines.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

const started: RunEvent = {
  _tag: "RunStarted",
  runId: "run-1",
  at: "2024-01-01T00:00:00.000Z",
  selection: "*",
  steps: [],
  tags: {},
  owner: { host: "here", pid: 1 }
}

const runs = Effect.flatMap(RunStore, (store) => Effect.map(store.runs(9), (all) => all.map(({ runId }) => runId)))

it.scopedLive("the history of a store is read without the rest of it, while the store is open too", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    const looked = Effect.provide(runs, forPipeline()(SqliteHistory.layer({ directory })))
    const seen = yield* withStores(directory)(
      Effect.zipRight(
        Effect.flatMap(RunStore, (store) => store.append([started])),
        looked
      )
    )
    expect([seen, yield* looked]).toStrictEqual([["run-1"], ["run-1"]])
  })
)

it.scopedLive("a store that is not there is refused, and none is made; nor is a file", () =>
  Effect.gen(function* () {
    const directory = join(yield* temporaryDirectory, "store")
    const none = yield* Effect.flip(Effect.provide(runs, forPipeline()(SqliteHistory.layer({ directory }))))
    expect([none._tag, existsSync(directory)]).toStrictEqual(["WarehouseFailed", false])
    const empty = yield* temporaryDirectory
    yield* Effect.flip(Effect.provide(runs, forPipeline()(SqliteHistory.layer({ directory: empty }))))
    expect([readdirSync(empty), statSync(empty).isDirectory()]).toStrictEqual([[], true])
  })
)
