import { createHash, createHmac } from "node:crypto"
import { expect, it } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import { Erasure, type Found } from "@sluice/warehouse/Erasure"
import type { PiiMasker } from "@sluice/warehouse/PiiMasker"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"
import {
  ada,
  Cities,
  eraseAda,
  everything,
  fill,
  inRun,
  masked,
  People,
  person,
  publishPeople,
  publishRows,
  row,
  spec
} from "./people.ts"
import { readAll, recordingStep, tablesIn } from "./support.ts"

export type Services = WarehousePorts | PiiMasker | Quarantine | Suppressions | Erasure

/** An empty store: how to open it, and to run a statement on its internal tables directly. */
export interface Fresh {
  readonly store: Layer.Layer<Services, WarehouseFailed>
  readonly execute: (sql: string) => Effect.Effect<unknown, unknown, Scope.Scope>
}

/**
 * Every store erases like this. `fresh` creates an empty store, and returns how to open it, as often as needed, as another
 * process would.
 */
export const erasureContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<Fresh, E, Scope.Scope>
  /** SQL that returns the names of all tables. */
  readonly listTables: string
}) =>
  describe(`${options.name}: erasure`, () => {
    it.scopedLive("removes a person wherever they are, with the values that they alone had, and nobody else", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        yield* Effect.gen(function* () {
          const { bern, clerk } = yield* fill("before")
          const { erase, preview } = yield* Erasure
          const before = yield* everything
          const all = { rows: { contract_people: 1, contract_letters: 3 }, quarantined: 2, suppressedSince: undefined }
          const found: Found = { ...all, masks: { contract_cities: 1, contract_jobs: 0 } }
          expect([yield* preview(spec, ada), yield* everything]).toStrictEqual([found, before])
          expect(yield* erase(spec, ada)).toStrictEqual(found)
          expect(yield* everything).toStrictEqual({
            people: [{ id: "bob", city_id: bern, job_id: clerk }],
            letters: [{ id: "4", sender: "bob", receiver: "bob" }],
            cities: [["Bern", bern]],
            jobs: [["clerk", clerk]],
            quarantine: [row("bob")],
            // Rows that are not identified by a person's id belong to nobody.
            letters_quarantine: [row("ada_lovelace")]
          })
        }).pipe(Effect.provide(store))
      })
    )

    it.scopedLive("gives no id again that it has freed", () =>
      Effect.gen(function* () {
        const { bern, oslo } = yield* fill("before")
        yield* eraseAda
        const ids = yield* masked("after", Cities, ["Oslo", "Bern"])
        expect(ids.get(Pii.make("city", "Bern"))).toBe(bern)
        expect(ids.get(Pii.make("city", "Oslo"))).not.toBe(oslo)
      }).pipe(inFresh(options.fresh))
    )

    it.scopedLive("may be repeated, and of an empty store, or of somebody unknown, removes nothing", () =>
      Effect.gen(function* () {
        const { erase, preview, undo } = yield* Erasure
        const nothing: Found = {
          rows: {},
          masks: {},
          quarantined: 0,
          suppressedSince: undefined
        }
        expect([yield* preview(spec, ada), yield* erase(spec, ada)]).toStrictEqual([nothing, nothing])
        const again = yield* erase(spec, ada)
        const since = again.suppressedSince ?? ""
        expect([again, Date.parse(since) > Date.now() - 60_000]).toStrictEqual([
          { ...nothing, suppressedSince: since },
          true
        ])
        expect([yield* undo(ada), yield* undo(ada), yield* preview(spec, ada)]).toStrictEqual([since, undefined, nothing])
      }).pipe(inFresh(options.fresh))
    )

    it.scopedLive("is known to whoever opens the store, by the exact bytes of the id, until it is undone", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        const known = (runId: string) =>
          Effect.provide(
            Effect.map(
              Effect.flatMap(Suppressions, ({ begin }) => begin(runId)),
              ({ epoch, has }) => [
                epoch,
                ["ada_lovelace", "Ada_lovelace", "ada_lovelace ", "", "bob", "ada_lovelace"].map((id) => has?.(id))
              ]
            ),
            store
          )
        const erased = (id: string) =>
          Effect.provide(
            Effect.flatMap(Erasure, ({ erase }) => erase(spec, Redacted.make(id))),
            store
          )
        const nobody = new Array(6).fill(undefined)
        expect(yield* known("1")).toStrictEqual([0, nobody])
        // Two concurrent processes: there is one key, and both erasures are kept.
        yield* Effect.all([erased("ada_lovelace"), erased("Zoë")], { concurrency: "unbounded" })
        expect(yield* known("2")).toStrictEqual([2, [true, false, false, false, false, true]])
        yield* Effect.provide(
          Effect.flatMap(Erasure, ({ undo }) => undo(Redacted.make("Zoë"))),
          store
        )
        yield* Effect.provide(
          Effect.flatMap(Erasure, ({ undo }) => undo(ada)),
          store
        )
        expect(yield* known("3")).toStrictEqual([4, nobody])
      })
    )

    it.scopedLive("is not forgotten when its table is restored alone: the next run is refused before it reads", () =>
      Effect.gen(function* () {
        const { execute, store } = yield* options.fresh
        const begin = Effect.flatMap(Suppressions, (suppressions) => suppressions.begin("next"))
        yield* Effect.provide(Effect.zipRight(eraseAda, begin), store)
        yield* execute("DELETE FROM sluice_suppressions")
        const refused = yield* Effect.flip(Effect.provide(begin, store))
        expect(refused).toMatchObject({ reason: "Drift" })
        expect(refused.message).toContain("sluice_suppressions has 0 rows, and sluice_sequences counts 1")
      })
    )

    it.scopedLive("keeps a hash that confirms no guess, where analysts cannot read it", () =>
      Effect.gen(function* () {
        yield* eraseAda
        const reader = yield* WarehouseReader
        const { rows: kept } = yield* reader.query("SELECT HEX(hash) FROM sluice_suppressions", "pipeline")
        const guesses = [
          ...["sha256", "sha3-256"].map((algorithm) => createHash(algorithm).update("ada_lovelace").digest("hex")),
          createHmac("sha256", "").update("ada_lovelace").digest("hex"),
          createHmac("sha256", Buffer.alloc(32)).update("ada_lovelace").digest("hex")
        ]
        const [[hash] = []] = kept
        expect([kept.length, String(hash).length, guesses.includes(String(hash).toLowerCase())]).toEqual([1, 64, false])
        const refused = yield* Effect.flip(reader.query("SELECT * FROM sluice_suppressions", "analyst"))
        expect(["Missing", "NotPermitted", "AccessDenied"]).toContain(refused.reason)
      }).pipe(inFresh(options.fresh))
    )

    it.scopedLive("refuses to read a source when the key that the erased are known by is gone", () =>
      Effect.gen(function* () {
        const { execute, store } = yield* options.fresh
        yield* Effect.provide(eraseAda, store)
        yield* execute("DELETE FROM sluice_secrets")
        const error = yield* Effect.provide(Effect.flip(Effect.flatMap(Suppressions, ({ begin }) => begin("later"))), store)
        expect([error.reason, error.retryable]).toEqual(["Misconfigured", false])
      })
    )

    it.scopedLive("refuses whatever a run would write that read its source before, in another process too", () =>
      Effect.gen(function* () {
        const { store } = yield* options.fresh
        const run = Effect.gen(function* () {
          const { begin } = yield* Suppressions
          const quarantine = yield* Quarantine
          yield* fill("run")
          yield* begin("run")
          yield* Effect.provide(eraseAda, store)
          const after = yield* everything
          // It asks again, like a retried step. The rows of other steps are no newer for that.
          yield* begin("run")
          const refused = yield* Effect.all([
            Effect.flip(publishPeople("run", ["ada_lovelace", "bob"])),
            Effect.flip(masked("run", Cities, ["Oslo"])),
            Effect.flip(quarantine.replace("people", "run", Dataset.of(row("ada_lovelace"))))
          ])
          expect(refused.map((error) => ("reason" in error ? error.reason : error._tag))).toEqual(
            new Array(3).fill("Outdated")
          )
          expect(yield* everything).toStrictEqual(after)
          expect((yield* tablesIn(options.listTables)).filter((name) => /__(staging|old)/.test(name))).toEqual([])
          yield* begin("next")
          yield* publishPeople("next", ["bob", "eve"])
          yield* masked("next", Cities, ["Rome"])
          yield* quarantine.replace("people", "next", Dataset.of(row("bob")))
        })
        yield* Effect.provide(run, store)
      })
    )

    it.scopedLive(
      "waits for a publish whose rows are staged, and removes what that has made visible",
      () =>
        Effect.gen(function* () {
          const { store } = yield* options.fresh
          const reached = yield* Deferred.make<void>()
          const go = yield* Deferred.make<void>()
          const staged = () => Effect.zipRight(Deferred.succeed(reached, undefined), Deferred.await(go))
          const publishing = Effect.gen(function* () {
            yield* Effect.flatMap(Suppressions, ({ begin }) => begin("slow"))
            const rows = Dataset.fromArray([person("ada_lovelace"), person("bob")])
            yield* Effect.provideService(publishRows(rows), StepContext, {
              ...recordingStep("contract_people", staged).service,
              runId: "slow"
            })
          })
          const publisher = yield* Effect.fork(Effect.provide(publishing, store))
          yield* Deferred.await(reached)
          const eraser = yield* Effect.fork(Effect.provide(eraseAda, store))
          yield* Effect.sleep("300 millis")
          expect(yield* Fiber.poll(eraser)).toMatchObject({ _tag: "None" })
          yield* Deferred.succeed(go, undefined)
          yield* Fiber.join(publisher)
          expect((yield* Fiber.join(eraser)).rows).toEqual({ contract_people: 1 })
          expect(yield* Effect.provide(readAll(People), store)).toStrictEqual([person("bob")])
        }),
      30_000
    )

    it.scopedLive(
      "keeps a person out, however it meets runs that read, mask and publish",
      () =>
        Effect.gen(function* () {
          const { store } = yield* options.fresh
          yield* Effect.provide(fill("before"), store)
          /** A whole run as another process: it reads the people, leaves out the erased ones, masks and publishes. */
          const run = (runId: string, delay: number) =>
            Effect.gen(function* () {
              yield* Effect.sleep(delay)
              const { has } = yield* Effect.flatMap(Suppressions, ({ begin }) => begin(runId))
              const people = ["ada_lovelace", "bob", runId].filter((id) => has?.(id) !== true)
              yield* Effect.sleep(delay)
              const cities = people.map((id) => (id === "ada_lovelace" ? "Oslo" : "Bern"))
              const ids = yield* masked(runId, Cities, cities)
              const quarantine = yield* Quarantine
              yield* quarantine.replace("people", runId, Dataset.fromArray(people.map(row)))
              const found = people.map((id, i) => ({
                ...person(id),
                city_id: ids.get(Pii.make("city", cities[i] ?? "")) ?? null
              }))
              yield* inRun(runId, publishRows(Dataset.fromArray(found)))
            }).pipe(
              Effect.provide(store),
              Effect.as("written"),
              Effect.catchTags({
                WarehouseFailed: ({ reason }) => Effect.succeed(reason),
                StoreFailed: ({ reason }) => Effect.succeed(reason)
              })
            )
          const erased = Effect.provide(Effect.zipRight(Effect.sleep(40), eraseAda), store)
          const runs = [0, 10, 20, 30, 40, 60, 80].map((delay, i) => run(`run-${i}`, delay))
          const [outcomes] = yield* Effect.all([Effect.all(runs, { concurrency: "unbounded" }), erased], {
            concurrency: "unbounded"
          })
          expect(outcomes.filter((outcome) => outcome !== "written" && outcome !== "Outdated")).toEqual([])
          const { cities, people, quarantine } = yield* Effect.provide(everything, store)
          const held = [...people.map(({ id }) => id), ...cities.map(([city]) => city), ...quarantine.map(({ id }) => id)]
          expect(held.filter((text) => text === "ada_lovelace" || text === "Oslo")).toEqual([])
        }),
      60_000
    )
  })

const inFresh =
  <E>(fresh: Effect.Effect<Fresh, E, Scope.Scope>) =>
  <A, E2>(effect: Effect.Effect<A, E2, Services>) =>
    Effect.flatMap(fresh, ({ store }) => Effect.provide(effect, store))
