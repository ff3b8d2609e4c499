import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { RunStore } from "@sluice/core/run/RunStore"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { SourcePages } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { Erasure, type ErasureSpec } from "@sluice/warehouse/Erasure"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import { ada, People, publishPeople, row } from "./people.ts"
import type { Fresh } from "./pipelineStores.ts"
import { concluded, runStarted, succeeded } from "./runEvents.ts"

/** An erasure that removes no rows, and suppresses a person. */
const nothing: ErasureSpec = { tables: [], masks: [], quarantine: [] }

/** Every store keeps these records for each pipeline apart: history, pages, quarantine, erasures, keys. */
export const pipelineRecordsContract = <E>(fresh: Fresh<E>) => {
  it.scopedLive("have two histories, of assets and runs of the same names", () =>
    Effect.gen(function* () {
      const { stores } = yield* fresh
      const history = Effect.gen(function* () {
        const store = yield* RunStore
        const [latest] = [...(yield* store.materializations)]
        return {
          runs: (yield* store.runs(9)).map(({ runId, status }) => `${runId} ${status}`),
          events: (yield* store.events("r")).length,
          open: (yield* store.openSteps("r")).map(({ asset }) => asset),
          unfinished: (yield* store.unfinished).map(({ runId }) => runId),
          made: yield* store.latestMaterializingRun,
          latest: latest?.[1].metadata["rows"],
          history: (yield* store.history("a", 9)).map(({ metadata }) => metadata["rows"]),
          steps: [...(yield* store.lastSteps).keys()]
        }
      })
      const write = (...events: Parameters<RunStore["Type"]["append"]>[0]) =>
        Effect.flatMap(RunStore, (store) => store.append(events))
      const at = "2024-01-01T00:00:00.000Z"
      yield* Effect.provide(write(runStarted("r", at), succeeded("r", "a", "materialize", 1)), stores("spark"))
      const first = yield* Effect.provide(history, stores("spark"))
      const empty = {
        runs: [],
        events: 0,
        open: [],
        unfinished: [],
        made: undefined,
        latest: undefined,
        history: [],
        steps: []
      }
      expect(yield* Effect.provide(history, stores("shop"))).toEqual(empty)
      const second = [runStarted("r", at), succeeded("r", "a", "materialize", 2), concluded("r", "succeeded")] as const
      yield* Effect.provide(write(...second), stores("shop"))
      expect(first).toEqual({
        runs: ["r running"],
        events: 2,
        open: ["b"],
        unfinished: ["r"],
        made: "r",
        latest: 1,
        history: [1],
        steps: ["a"]
      })
      expect(yield* Effect.provide(history, stores("spark"))).toEqual(first)
      expect(yield* Effect.provide(history, stores("shop"))).toEqual({
        ...first,
        runs: ["r succeeded"],
        events: 3,
        unfinished: [],
        latest: 2,
        history: [2]
      })
      const forget = Effect.flatMap(RunStore, (store) =>
        Effect.zipRight(store.invalidate(["a"]), store.prune({ before: "9", keep: 0 }))
      )
      expect(yield* Effect.provide(forget, stores("shop"))).toEqual({ runs: 1, events: 3 })
      expect(yield* Effect.provide(history, stores("spark"))).toEqual(first)
    })
  )

  it.scopedLive("remember pages, rows of the quarantine and erasures apart, of sources and people of the same names", () =>
    Effect.gen(function* () {
      const { stores } = yield* fresh
      const read = (version: string) =>
        Effect.gen(function* () {
          const pages = yield* SourcePages
          const quarantine = yield* Quarantine
          const { epoch } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin(version))
          const page = { page: 1, address: "a", answered: 1, kept: 1, fingerprint: version }
          const bytes = { ids: Buffer.from(version), contents: Buffer.from(version) }
          yield* pages?.replace("people", version, { version, pages: [page] }, new Map([[1, Effect.succeed(bytes)]])) ??
            Effect.void
          yield* quarantine.replace("people", version, Dataset.of({ ...row("ada_lovelace"), reason: version }))
          return epoch
        })
      const remembered = Effect.gen(function* () {
        const pages = yield* SourcePages
        const quarantine = yield* Quarantine
        const { has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin("later"))
        return {
          pages: (yield* pages?.load("people") ?? Effect.succeed(undefined))?.version,
          ids: [...((yield* pages?.ids("people", [1]) ?? Effect.succeed(new Map()))?.values() ?? [])].map((bytes) =>
            Buffer.from(bytes).toString()
          ),
          quarantine: (yield* quarantine.list("people")).map(({ reason }) => reason),
          erased: has?.("ada_lovelace") ?? false
        }
      })
      // Both have started to read before Ada is erased from one of them.
      const inShop = Effect.gen(function* () {
        yield* read("shop")
        yield* Effect.provide(
          Effect.flatMap(Erasure, ({ erase }) => erase({ ...nothing, quarantine: ["people"] }, ada)),
          stores("spark")
        )
        yield* read("shop")
        return yield* remembered
      })
      yield* Effect.provide(read("spark"), stores("spark"))
      expect(yield* Effect.provide(inShop, stores("shop"))).toEqual({
        pages: "shop",
        ids: ["shop"],
        quarantine: ["shop"],
        erased: false
      })
      expect(yield* Effect.provide(remembered, stores("spark"))).toEqual({
        pages: undefined,
        ids: [],
        quarantine: [],
        erased: true
      })
    })
  )

  it.scopedLive("have keys of their own: new ones for one change nothing of the other's", () =>
    Effect.gen(function* () {
      const { acceptRestored, rotate, stores } = yield* fresh
      const known = Effect.gen(function* () {
        const fingerprints = yield* Fingerprints
        const started = fingerprints?.start()
        started?.add("text")
        const { epoch, has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin("run"))
        const { marks } = yield* WarehouseReader
        return [started?.end(), epoch, has?.("ada_lovelace"), (yield* marks).get(People.name)?.runId]
      })
      const erase = Effect.flatMap(Erasure, ({ erase }) => erase(nothing, ada))
      yield* Effect.provide(Effect.zipRight(publishPeople("1", ["bob"]), erase), stores("spark"))
      yield* Effect.provide(erase, stores("shop"))
      const before = yield* Effect.provide(known, stores("spark"))
      const [shops] = yield* Effect.provide(known, stores("shop"))
      expect([before.slice(1), before[0] === shops]).toEqual([[1, true, "1"], false])
      expect(yield* rotate("shop")).toEqual({ suppressed: 1, sealed: false })
      yield* acceptRestored("shop")
      expect(yield* Effect.provide(known, stores("spark"))).toEqual(before)
      const [after, ...rest] = yield* Effect.provide(known, stores("shop"))
      expect([after === shops, ...rest]).toEqual([false, 3, true, undefined])
    })
  )
}
