import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Effect from "effect/Effect"
import { daysOf } from "../contract/runEvents.ts"
import { bundleChild, startChild } from "./childProcess.ts"
import { temporaryDirectory, withStores } from "./stores.ts"

const processes = 8
const appends = 12

it.scopedLive(
  "8 processes that append partitions of one asset at once lose no event and no partition",
  () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory
      const directory = join(root, "store")
      const bundle = yield* bundleChild(root, new URL("./appender.child.ts", import.meta.url))
      yield* withStores(directory)(Effect.void)
      const children = yield* Effect.forEach(Array.from({ length: processes }).keys(), (own) =>
        startChild(bundle, [directory, String(own), String(processes), String(appends)])
      )
      expect(yield* Effect.forEach(children, (child) => child.ended)).toStrictEqual(children.map(() => [0, ""]))
      yield* Effect.gen(function* () {
        const store = yield* RunStore
        const events = yield* Effect.forEach(yield* store.runs(99), ({ runId }) => store.events(runId))
        expect(events.map(({ length }) => length)).toStrictEqual(children.map(() => appends + 1))
        const kept = yield* store.standing("shared")
        const days = [...(kept?.cells.values() ?? [])].flatMap(({ bounds }) => [...bounds])
        expect([Math.min(...days), Math.max(...days)]).toStrictEqual([0, processes * appends - 1])
        expect((yield* store.partitionsOf("shared", daysOf(0, 999), 999)).length).toBe(processes * appends)
        yield* store.rebuildStandings("shared")
        expect(yield* store.standing("shared")).toStrictEqual(kept)
      }).pipe(withStores(directory))
    }),
  60_000
)
