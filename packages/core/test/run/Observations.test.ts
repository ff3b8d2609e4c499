import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { it } from "@effect/vitest"
import * as Asset from "@sluice/core/asset/Asset"
import { CodeVersions } from "@sluice/core/asset/CodeVersions"
import { FileUnreadable } from "@sluice/core/asset/FileFailed"
import * as Observe from "@sluice/core/asset/Observe"
import * as Storage from "@sluice/core/asset/Storage"
import * as AssetGraph from "@sluice/core/graph/AssetGraph"
import * as Executor from "@sluice/core/run/Executor"
import * as Planner from "@sluice/core/run/Planner"
import * as RunResult from "@sluice/core/run/RunResult"
import { RunStore } from "@sluice/core/run/RunStore"
import * as Fixtures from "@sluice/core/testing/fixtures"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { planOf } from "../support.ts"

type Observed = Effect.Effect<string, Fixtures.FixtureFailed>

/** A stored asset without upstreams, and one downstream of it. */
const world = (options: { readonly observe?: Observed; readonly exists?: Effect.Effect<boolean> }) => {
  const { exists, observe } = options
  const load = Effect.succeed("loaded")
  const root = Asset.make("root", {
    storage: Storage.stored({ kind: "file", load, ...(exists === undefined ? {} : { exists }) }),
    ...(observe === undefined ? {} : { observe }),
    materialize: () => Effect.succeed("made")
  })
  const below = Asset.make("below", {
    upstreams: { root },
    storage: Storage.stored({ kind: "table", load }),
    materialize: ({ root }) => Effect.succeed(root)
  })
  const graph = Either.getOrThrow(AssetGraph.make([root, below]))
  const provideCode = Effect.provideService(CodeVersions, () => "1")
  const run = Executor.run(planOf(graph), { concurrency: 2, onlyChanged: true }).pipe(
    provideCode,
    Effect.map((result) => Object.fromEntries(RunResult.stepsOf(result).map(({ asset, state }) => [asset, state._tag])))
  )
  return { run, standings: Effect.map(provideCode(Planner.standings(graph)), (all) => Object.fromEntries(all)) }
}

const made = { root: "Succeeded", below: "Succeeded" }
const left = { root: "Unchanged", below: "Unchanged" }

describe("a stored asset without upstreams", () => {
  // Regression: nothing ever made it again, whatever had become of its source.
  it.effect("is made again by --changed if it is not observed, and so is what stands on it", () =>
    Effect.gen(function* () {
      const { run, standings } = world({})
      expect([yield* run, yield* run]).toEqual([made, made])
      expect(yield* standings).toEqual({
        root: { _tag: "Stale", causes: [{ _tag: "Unobserved" }] },
        below: { _tag: "Stale", causes: [{ _tag: "Upstream", asset: "root" }] }
      })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("is left as it is while what is observed stays the same", () =>
    Effect.gen(function* () {
      let version = "1"
      const { run, standings } = world({ observe: Effect.sync(() => version) })
      expect([yield* run, yield* run]).toEqual([made, left])
      version = "2"
      expect([yield* run, yield* run]).toEqual([made, left])
      expect(yield* standings).toEqual({ root: { _tag: "Fresh" }, below: { _tag: "Fresh" } })
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("is made again if it cannot be observed", () =>
    Effect.gen(function* () {
      let breaks = false
      const observe: Observed = Effect.suspend(() =>
        breaks ? new Fixtures.FixtureFailed({ retryable: false }) : Effect.succeed("1")
      )
      const { run } = world({ observe })
      yield* run
      breaks = true
      expect([yield* run, yield* run]).toEqual([made, made])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: the run never began, and nothing was recorded of it.
  it.effect("is made again if what it observes does not answer", () =>
    Effect.gen(function* () {
      const run = yield* Effect.fork(world({ observe: Effect.never }).run)
      yield* TestClock.adjust("30 seconds")
      expect(yield* Fiber.join(run)).toEqual(made)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  // Regression: a file that had been deleted counted as unchanged.
  it.effect("is made again if what it stored is gone", () =>
    Effect.gen(function* () {
      let exists = true
      const { run } = world({ observe: Effect.succeed("1"), exists: Effect.sync(() => exists) })
      yield* run
      exists = false
      expect(yield* run).toEqual(made)
      exists = true
      expect(yield* run).toEqual(left)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("can observe a file by its content, whatever its size, and names the file if it is gone", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "sluice-observe-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const path = join(directory, "rates.csv")
      const write = (content: string) => Effect.sync(() => writeFileSync(path, content))
      yield* write("eur,1")
      const first = yield* Observe.file(path)
      yield* write("eur,1")
      expect(yield* Observe.file(path)).toBe(first)
      yield* write("eur,2")
      expect(yield* Observe.file(path)).not.toBe(first)
      yield* write("x".repeat(200_000))
      const long = yield* Observe.file(path)
      yield* write(`${"x".repeat(199_999)}y`)
      expect(yield* Observe.file(path)).not.toBe(long)
      rmSync(path)
      expect(yield* Effect.flip(Observe.file(path))).toEqual(new FileUnreadable({ path, reason: "NotFound" }))
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, RunStore.layerMemory)))
  )
})
