import { describe, expect, it } from "@effect/vitest"
import * as Changes from "@sluice/core/data/Changes"
import * as Dataset from "@sluice/core/data/Dataset"
import * as Column from "@sluice/core/relation/Column"
import * as Grants from "@sluice/core/relation/Grants"
import * as View from "@sluice/core/relation/View"
import { RunStore } from "@sluice/core/run/RunStore"
import { Fingerprints } from "@sluice/core/source/Fingerprints"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { SourcePages } from "@sluice/core/source/SourcePages"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { Erasure, type ErasureSpec } from "@sluice/warehouse/Erasure"
import type { MaskIds } from "@sluice/warehouse/MaskIds"
import type { PiiMasker } from "@sluice/warehouse/PiiMasker"
import type { Rotated } from "@sluice/warehouse/Rotated"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  ada,
  Cities,
  eraseAda,
  everything,
  fill,
  Jobs,
  Letters,
  masked,
  People,
  person,
  publishPeople,
  row
} from "./people.ts"
import { concluded, runStarted, succeeded } from "./runEvents.ts"
import { inStep, readAll } from "./support.ts"

type Stores = Warehouse | PiiMasker | Quarantine | RunStore | Fingerprints | SourcePages | Suppressions | Erasure | MaskIds

export interface Options<E> {
  readonly name: string
  /** A database that no pipeline has used, as each pipeline finds it. */
  readonly fresh: Effect.Effect<
    {
      readonly stores: (pipeline: string) => Layer.Layer<Stores, WarehouseFailed>
      readonly provision: (
        pipeline: string,
        spec: Grants.WarehouseSpec
      ) => Effect.Effect<ReadonlyArray<string>, WarehouseFailed>
      readonly rotate: (pipeline: string) => Effect.Effect<Rotated, WarehouseFailed>
      readonly acceptRestored: (pipeline: string) => Effect.Effect<void, WarehouseFailed>
    },
    E,
    Scope.Scope
  >
}

const Names = View.make("contract_names", {
  description: "Who there is.",
  columns: { id: Column.text(64) },
  on: [People],
  select: () => "SELECT id AS id FROM contract_people"
})

/** Two specifications that have nothing in common. */
const spark: Grants.WarehouseSpec = {
  tables: [People],
  masks: [Cities],
  views: [Names],
  analyst: Grants.select(People, Names)
}
const shop: Grants.WarehouseSpec = { tables: [Letters], masks: [Jobs], views: [], analyst: Grants.select(Letters) }

const refusal = (operation: string, relation: string) =>
  `Could not ${operation}: ${relation} belongs to the pipeline "spark". A relation has one owner. Give the relation of "shop" another name; or, if the owner no longer declares it, delete its row from sluice_owners.`

/** An erasure that removes no rows, and keeps a person out. */
const nothing: ErasureSpec = { tables: [], masks: [], quarantine: [] }

/** What an attempt is refused with. */
const refusalOf = <A, E extends { readonly message: string }, R>(attempt: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(attempt), ({ message }) => message)

/** What every store keeps apart for two pipelines. */
export const pipelinesContract = <E>(options: Options<E>) =>
  describe(`${options.name}: two pipelines`, () => {
    it.scopedLive("have two histories, of assets and runs of the same names", () =>
      Effect.gen(function* () {
        const { stores } = yield* options.fresh
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
        const { stores } = yield* options.fresh
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
        // Both have begun to read before Ada is erased from one of them.
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
        const { acceptRestored, rotate, stores } = yield* options.fresh
        const known = Effect.gen(function* () {
          const fingerprints = yield* Fingerprints
          const started = fingerprints?.start()
          started?.add("text")
          const { epoch, has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin("run"))
          const { marks } = yield* Warehouse
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

    it.scopedLive("have one owner for each relation: whoever else publishes or masks into it is refused, by name", () =>
      Effect.gen(function* () {
        const { stores } = yield* options.fresh
        const view = Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(Names))
        yield* Effect.provide(
          Effect.all([publishPeople("1", ["ada_lovelace"]), masked("1", Cities, ["Oslo"]), view]),
          stores("spark")
        )
        const attempts = Effect.gen(function* () {
          const warehouse = yield* Warehouse
          const changes = Changes.make(Dataset.of(person("bob")), Dataset.of("ada_lovelace"))
          return [
            yield* refusalOf(publishPeople("2", ["bob"])),
            yield* refusalOf(masked("2", Cities, ["Bern"])),
            yield* refusalOf(view),
            yield* refusalOf(inStep(warehouse.amend(People, changes, "id")))
          ]
        })
        expect(yield* Effect.provide(attempts, stores("shop"))).toEqual([
          refusal("publish contract_people", "contract_people"),
          refusal("create contract_cities", "contract_cities"),
          refusal("publish the view contract_names", "contract_names"),
          refusal("publish contract_people", "contract_people")
        ])
        const left = Effect.gen(function* () {
          const { query } = yield* Warehouse
          const cities = yield* query("SELECT city FROM contract_cities", "pipeline")
          return [yield* readAll(People), cities.rows]
        })
        expect(yield* Effect.provide(left, stores("spark"))).toEqual([[person("ada_lovelace")], [["Oslo"]]])
      })
    )

    it.scopedLive("erase from their own relations alone, whatever is declared, and list no others in a receipt", () =>
      Effect.gen(function* () {
        const { stores } = yield* options.fresh
        yield* Effect.provide(fill("1"), stores("spark"))
        const receipt = yield* Effect.provide(eraseAda, stores("shop"))
        expect(receipt).toEqual({ rows: {}, masks: {}, quarantined: 0, suppressedSince: undefined })
        const { cities, people, quarantine } = yield* Effect.provide(everything, stores("spark"))
        expect([cities.length, people.length, quarantine.length]).toEqual([2, 2, 3])
      })
    )

    it.scopedLive("claim a relation at once, and one of them gets it", () =>
      Effect.gen(function* () {
        const { stores } = yield* options.fresh
        const all = yield* Effect.all(
          ["spark", "shop", "third"].map((pipeline) =>
            Effect.provide(Effect.either(masked("1", Cities, [pipeline])), stores(pipeline))
          ),
          { concurrency: "unbounded" }
        )
        expect(all.map(({ _tag }) => _tag).sort()).toEqual(["Left", "Left", "Right"])
      })
    )

    it.scopedLive("are provisioned side by side: neither touches, revokes or calls drift what the other declares", () =>
      Effect.gen(function* () {
        const { provision, stores } = yield* options.fresh
        const publish = (pipeline: string) =>
          Effect.provide(
            Effect.gen(function* () {
              const warehouse = yield* Warehouse
              if (pipeline === "spark") {
                yield* publishPeople("1", ["ada_lovelace"])
                yield* warehouse.publishView(Names)
              } else yield* inStep(warehouse.publish(Letters, Dataset.of({ id: "1", sender: "a", receiver: "b" })))
            }),
            stores(pipeline)
          )
        const differences = (pipeline: string, spec: Grants.WarehouseSpec) =>
          Effect.provide(
            Effect.gen(function* () {
              const { drift, proof } = yield* Warehouse
              return [...(yield* drift(spec)), ...(yield* proof(spec)).open]
            }),
            stores(pipeline)
          )
        yield* provision("spark", spark)
        yield* publish("spark")
        yield* provision("shop", shop)
        yield* publish("shop")
        expect([yield* provision("spark", spark), yield* provision("shop", shop)]).toEqual([[], []])
        expect(yield* differences("spark", spark)).toEqual([])
        expect(yield* differences("shop", shop)).toEqual([])
        // Shop declares a table of Spark's: it is refused, and Spark sees nothing of it.
        const greedy = { ...shop, tables: [Letters, People] }
        expect((yield* Effect.flip(provision("shop", greedy))).message).toContain(
          'contract_people belongs to the pipeline "spark".'
        )
        expect(yield* differences("shop", greedy)).toEqual([
          {
            subject: "contract_people",
            aspect: "owner",
            found: 'the pipeline "spark"',
            declared: 'the pipeline "shop"',
            mend: 'give the relation of "shop" another name; or, if "spark" no longer declares it, delete its row from sluice_owners',
            origin: "outside"
          }
        ])
        expect(yield* differences("spark", spark)).toEqual([])
        expect(yield* provision("spark", spark)).toEqual([])
      })
    )
  })
