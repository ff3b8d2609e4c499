import { expect, layer } from "@effect/vitest"
import * as Standing from "@sluice/core/partition/Standing"
import type { RunEvent } from "@sluice/core/run/RunEvent"
import { RunStore, type RunStoreFailed } from "@sluice/core/run/RunStore"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import type * as Layer from "effect/Layer"
import { change, events, folded, madeDays } from "./partitionChanges.ts"
import {
  at,
  concluded,
  daysOf,
  partitionsFailed,
  partitionsLate,
  partitionsMade,
  partitionsSkipped,
  runStarted
} from "./runEvents.ts"

const everyOther = Array.from({ length: 40 }, (_, index) => index * 2)

/** Every run store keeps the history of partitions like this. It needs a fresh one. */
export const partitionHistoryContract = (options: {
  readonly name: string
  readonly layer: Layer.Layer<RunStore, WarehouseFailed>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: partitions`, (it) => {
    const made = partitionsMade("p1", "folded", [daysOf(1, 5), daysOf(8, 8)])
    const broken = partitionsFailed("p1", "folded", daysOf(5, 6))
    const late = partitionsLate("p1", "folded", daysOf(2, 2), 7)
    const again = partitionsMade("p1", "folded", [daysOf(6, 6)], { at: "2024-01-02T00:00:00.000Z", code: "v2" })

    it.effect("the standing of an asset is the fold of its events, in one append or in several", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const before = [yield* store.standing("folded"), (yield* store.standings).has("folded")]
        yield* store.append([runStarted("p1", at), made, partitionsSkipped("p1", "folded", daysOf(9, 9)), broken], 0)
        const first = yield* store.standing("folded")
        yield* store.append([late, again, partitionsMade("p1", "other", [daysOf(1, 1)])], 4)
        expect([before, first]).toStrictEqual([[undefined, false], folded(made, broken)])
        expect((yield* store.standings).get("folded")).toStrictEqual(folded(made, broken, late, again))
        expect(yield* store.standing("other")).toStrictEqual(folded(partitionsMade("p1", "other", [daysOf(1, 1)])))
      })
    )

    it.effect("an append that is repeated, or fails, changes no standing", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* store.append([runStarted("once", at), partitionsMade("once", "once", [daysOf(1, 1)])], 0)
        const expected = yield* store.standing("once")
        const repeated = partitionsMade("once", "once", [daysOf(2, 2)])
        yield* store.append([repeated], 2)
        const after = yield* store.standing("once")
        yield* store.append([repeated], 2)
        yield* Effect.flip(store.append([partitionsMade("once", "once", [daysOf(3, 3)]), runStarted("once", at)]))
        expect(expected).not.toStrictEqual(after)
        expect(yield* store.standing("once")).toStrictEqual(after)
        expect((yield* store.partitionsOf("once", daysOf(1, 9), 9)).length).toBe(2)
      })
    )

    it.effect("what closes a crashed run is folded, too", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        yield* store.append([runStarted("crash", at)], 0)
        const marked = partitionsMade("crash", "crashed", [daysOf(4, 4)])
        yield* store.close("crash", () => [marked, concluded("crash", "crashed")])
        expect(yield* store.standing("crashed")).toStrictEqual(folded(marked))
      })
    )

    it.effect("runs that append partitions of one asset at the same time do not lose one", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = (index: number) => `20240101-000000-at${index}`
        yield* Effect.forEach(
          [0, 1, 2, 3, 4, 5, 6, 7],
          (index) =>
            Effect.forEach([0, 1, 2, 3, 4], (each) => {
              const day = daysOf(index * 10 + each * 2, index * 10 + each * 2)
              return store.append(["shared", `own ${index}`].map((asset) => partitionsMade(run(index), asset, [day])))
            }),
          { concurrency: "unbounded" }
        )
        const expected = yield* store.standing("shared")
        const own = yield* Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7], (index) => store.standing(`own ${index}`))
        expect([madeDays(expected), own.flatMap(madeDays)]).toStrictEqual([everyOther, everyOther])
        expect((yield* store.partitionsOf("shared", daysOf(0, 99), 99)).length).toBe(40)
        yield* store.rebuildStandings("shared")
        expect(yield* store.standing("shared")).toStrictEqual(expected)
      })
    )

    it.effect("a standing that is rebuilt while partitions are appended loses none", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const again = { while: ({ retryable }: RunStoreFailed) => retryable, times: 50 }
        const append = (index: number) =>
          Effect.forEach([0, 1, 2, 3, 4], (each) => {
            const day = daysOf(index * 20 + each * 4, index * 20 + each * 4)
            return Effect.retry(store.append([partitionsMade(`rebuilt-${index}`, "rebuilt", [day])]), again)
          })
        const rebuild = Effect.repeatN(Effect.retry(store.rebuildStandings("rebuilt"), again), 9)
        yield* Effect.all([rebuild, ...[0, 1, 2, 3].map(append)], { concurrency: "unbounded" })
        expect(madeDays(yield* store.standing("rebuilt"))).toStrictEqual(everyOther.slice(0, 20).map((day) => day * 2))
      })
    )

    it.effect("forgotten partitions are not there, and stay so when the standing is rebuilt", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const whole = partitionsMade("gone", "gone", [daysOf(1, 9)])
        yield* store.append([runStarted("gone", at), whole, partitionsMade("gone", "stays", [daysOf(1, 1)])], 0)
        yield* store.forgetPartitions("gone", daysOf(3, 4))
        yield* store.forgetPartitions("never", daysOf(3, 4))
        const next = partitionsMade("gone", "gone", [daysOf(4, 4)], { code: "v2" })
        yield* store.append([next], 3)
        const expected = Standing.after(Standing.forget(Standing.after(undefined, whole), daysOf(3, 4)), next)
        expect(yield* store.standing("gone")).toStrictEqual(expected)
        yield* store.rebuildStandings()
        expect(yield* store.standing("gone")).toStrictEqual(expected)
        yield* store.invalidate(["gone", "never"])
        yield* store.rebuildStandings("gone")
        const standings = yield* store.standings
        expect(["gone", "never", "stays"].map((asset) => standings.has(asset))).toStrictEqual([false, false, true])
        // Another granularity is a new standing once the old one is forgotten.
        const months = { ...next, set: { partitions: "days", dimensions: [{ name: "", cut: "month", timezone: "UTC" }] } }
        yield* store.append([months], 4)
        expect(yield* store.standing("gone")).toStrictEqual(folded(months))
        yield* store.rebuildStandings("gone")
        expect(yield* store.standing("gone")).toStrictEqual(folded(months))
        expect((yield* store.partitionsOf("gone", daysOf(1, 9), 9)).length).toBe(3)
      })
    )

    it.effect("pruning runs loses no standing, and the standing can be rebuilt after it", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const run = (id: string, startedAt: string, ...events: ReadonlyArray<RunEvent>) =>
          store.append([runStarted(id, startedAt), ...events], 0)
        const all = [
          partitionsMade("old", "kept", [daysOf(1, 4)]),
          partitionsMade("new", "kept", [daysOf(2, 2)], { code: "v2" }),
          partitionsMade("old", "kept", [daysOf(3, 3)], { code: "v3" }),
          partitionsFailed("new", "kept", daysOf(4, 5))
        ] as const
        yield* run("old", "1990-01-01T00:00:00.000Z", all[0])
        yield* run("new", "1990-01-02T00:00:00.000Z", all[1])
        yield* store.append([all[2], concluded("old", "succeeded")], 2)
        yield* store.append([all[3]], 2)
        const expected = folded(...all)
        expect(yield* store.prune({ before: "1991", keep: 0 })).toStrictEqual({ runs: 1, events: 4 })
        expect(yield* store.standing("kept")).toStrictEqual(expected)
        yield* store.rebuildStandings()
        expect(yield* store.standing("kept")).toStrictEqual(expected)
        expect((yield* store.partitionsOf("kept", daysOf(1, 9), 9)).map(({ runId }) => runId)).toStrictEqual(["new", "new"])
        yield* store.append([concluded("new", "failed")], 3)
        yield* store.prune({ before: "1991", keep: 0 })
        const last = partitionsMade("last", "kept", [daysOf(9, 9)])
        yield* run("last", "2024-01-01T00:00:00.000Z", last)
        yield* store.rebuildStandings()
        expect(yield* store.standing("kept")).toStrictEqual(folded(...all, last))
      })
    )

    it.effect("whatever happens in whatever order, a rebuilt standing is the one that was kept", () =>
      Effect.gen(function* () {
        const store = yield* RunStore
        const [changes = []] = FastCheck.sample(FastCheck.array(change, { minLength: 60, maxLength: 60 }), {
          numRuns: 1,
          seed: 42
        })
        let expected: Standing.Standing | undefined
        let run = 0
        const started = (n: number) => runStarted(`laws-${n}`, `1980-01-01T00:00:00.${String(n).padStart(3, "0")}Z`)
        yield* store.append([started(run)])
        for (const [index, { code, days, what }] of changes.entries()) {
          const event = events[what]?.(`laws-${run}`, days, code)
          if (event !== undefined) {
            yield* store.append([event])
            expected = Standing.after(expected, event)
          } else if (what === "forget") {
            yield* store.forgetPartitions("laws", days)
            expected = expected && Standing.forget(expected, days)
          } else if (what === "prune") {
            yield* store.append([concluded(`laws-${run}`, "succeeded")])
            yield* store.append([started(++run)])
            yield* store.prune({ before: "1981", keep: 1 })
          } else {
            yield* store.invalidate(["laws"])
            expected = undefined
          }
          if (index % 3 === 0) yield* store.rebuildStandings("laws")
          expect([index, yield* store.standing("laws")]).toStrictEqual([index, expected])
        }
      })
    )
  })
