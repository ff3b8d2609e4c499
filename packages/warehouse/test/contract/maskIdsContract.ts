import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import type { WarehouseSpec } from "@sluice/core/relation/Grants"
import type { Quarantine } from "@sluice/core/source/Quarantine"
import { Suppressions } from "@sluice/core/source/Suppressions"
import * as IdOrder from "@sluice/warehouse/checks/IdOrder"
import { MaskIds, type Reissue } from "@sluice/warehouse/MaskIds"
import type { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { RandomIds } from "@sluice/warehouse/sql/RandomIds"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import type { WarehousePorts } from "@sluice/warehouse/WarehousePorts"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { describe } from "vitest"
import { Cities, everything, inRun, Jobs, Letters, masked, People, publishRows } from "./people.ts"
import { tablesIn } from "./support.ts"

type Services = WarehousePorts | PiiMasker | Quarantine | Suppressions | MaskIds

/** An empty store: how to open it, and to run a statement on its internal tables directly. */
export interface Fresh {
  readonly store: Layer.Layer<Services, WarehouseFailed>
  readonly execute: (sql: string) => Effect.Effect<unknown, unknown, Scope.Scope>
}

const spec: WarehouseSpec = { tables: [People, Letters], masks: [Cities, Jobs], views: [], analyst: { select: [] } }
const cities = Array.from({ length: 300 }, (_, i) => `city ${(i * 80) % 301}`)
const nothing: Reissue = { masks: {}, columns: {} }

/** A person of each city, and one of none, in a store of an earlier version: ids from 1 in the order of SHA-256. */
const asBefore = Effect.fnUntraced(function* ({ execute, store }: Fresh) {
  yield* Effect.gen(function* () {
    let last = 0
    const inOrder = Effect.provideService(RandomIds, (count) => Array.from({ length: count }, () => ++last))
    const places = yield* inOrder(masked("before", Cities, cities))
    last = 0
    const jobs = yield* inOrder(masked("before", Jobs, ["clerk"]))
    const people = [
      ...cities.map((city) => ({
        id: `of ${city}`,
        city_id: places.get(Pii.make("city", city)) ?? null,
        job_id: jobs.get(Pii.make("profession", "clerk")) ?? null
      })),
      { id: "of no city", city_id: null, job_id: null }
    ]
    yield* inRun("before", publishRows(Dataset.fromArray(people)))
    const letters = Dataset.of({ id: "1", sender: "of city 1", receiver: "of city 2" })
    yield* inRun(
      "before",
      Effect.flatMap(Warehouse, (warehouse) => warehouse.publish(Letters, letters))
    )
  }).pipe(Effect.provide(store))
  yield* execute(`UPDATE sluice_sequences SET value = 300 WHERE name = '${Cities.name}'`)
  yield* execute(`UPDATE sluice_sequences SET value = 1 WHERE name = '${Jobs.name}'`)
})

/** Each person's city and job, by name; `?` for an id without a value. */
const peopleByName = Effect.map(everything, ({ cities, jobs, people }) => {
  const [places, work] = [cities, jobs].map((all) => new Map(all.map(([name, id]) => [id, name] as const)))
  return people.map(({ city_id, id, job_id }) => [
    id,
    city_id === null ? null : (places?.get(city_id) ?? "?"),
    job_id === null ? null : (work?.get(job_id) ?? "?")
  ])
})

const idDrift = Effect.map(
  Effect.flatMap(WarehouseAudit, ({ drift }) => drift(spec)),
  (differences) => differences.filter(({ aspect }) => aspect === "mask ids")
)

/** Every store with ordered mask ids re-issues them like this. */
export const maskIdsContract = <E>(options: {
  readonly name: string
  readonly fresh: Effect.Effect<Fresh, E, Scope.Scope>
  /** SQL that returns the names of all tables. */
  readonly listTables: string
}) =>
  describe(`${options.name}: mask ids`, () => {
    it.scopedLive("that were given in order are replaced by random ones, once, in masks and public tables alike", () =>
      Effect.gen(function* () {
        const fresh = yield* options.fresh
        yield* asBefore(fresh)
        yield* Effect.gen(function* () {
          const { preview, reissue } = yield* MaskIds
          const all: Reissue = {
            masks: { contract_cities: 300, contract_jobs: 1 },
            columns: { "contract_people.city_id": 300, "contract_people.job_id": 300 }
          }
          const before = yield* everything
          const names = yield* peopleByName
          expect(IdOrder.told(before.cities.map(([value, id]) => ({ value, id })))).toContain("sha256")
          expect((yield* idDrift).map(({ remedy, origin, subject }) => [subject, remedy, origin])).toStrictEqual([
            ["contract_cities", "`sluice provision --reissue-mask-ids`", "outside"],
            ["contract_jobs", "`sluice provision --reissue-mask-ids`", "outside"]
          ])
          expect([yield* preview(spec), yield* everything]).toStrictEqual([all, before])

          expect(yield* reissue(spec)).toStrictEqual(all)
          const after = yield* everything
          expect(yield* peopleByName).toStrictEqual(names)
          expect({ ...after, people: [], cities: [], jobs: [] }).toStrictEqual({
            ...before,
            people: [],
            cities: [],
            jobs: []
          })
          expect(after.cities.length).toBe(300)
          expect(after.cities.filter(([, id]) => id <= 300)).toStrictEqual([])
          expect(IdOrder.told([...after.cities].sort().map(([value, id]) => ({ value, id })))).toStrictEqual([])

          expect([yield* preview(spec), yield* reissue(spec), yield* idDrift]).toStrictEqual([nothing, nothing, []])
          expect(yield* everything).toStrictEqual(after)
          const [, first = 0] = after.cities.find(([city]) => city === "city 0") ?? []
          const ids = yield* masked("after", Cities, ["city 0", "new"])
          expect(ids.get(Pii.make("city", "city 0"))).toBe(first)
          expect(yield* tablesIn(options.listTables)).not.toContain("sluice_new_mask_ids")
        }).pipe(Effect.provide(fresh.store))
      })
    )

    it.scopedLive("of values that are gone are replaced too, and stand for nothing still", () =>
      Effect.gen(function* () {
        const fresh = yield* options.fresh
        yield* asBefore(fresh)
        yield* fresh.execute(`DELETE FROM ${Cities.name} WHERE id = 7`)
        yield* Effect.gen(function* () {
          const names = yield* peopleByName
          yield* Effect.flatMap(MaskIds, ({ reissue }) => reissue(spec))
          expect([names.filter(([, city]) => city === "?").length, yield* peopleByName]).toStrictEqual([1, names])
          const { people } = yield* everything
          expect(people.filter(({ city_id }) => city_id !== null && city_id <= 300)).toStrictEqual([])
        }).pipe(Effect.provide(fresh.store))
      })
    )

    it.scopedLive("stay as they were, everywhere, where a re-issue fails half way; and another one succeeds", () =>
      Effect.gen(function* () {
        const fresh = yield* options.fresh
        yield* asBefore(fresh)
        yield* Effect.gen(function* () {
          const { reissue } = yield* MaskIds
          const before = yield* everything
          let drawings = 0
          const dying = Effect.provideService(RandomIds, (count) => {
            if (++drawings > 1) throw new Error("no more ids")
            return Array.from({ length: count }, (_, i) => 1_000_000 + i)
          })
          expect(yield* Effect.exit(dying(reissue(spec)))).toMatchObject({ _tag: "Failure" })
          expect([drawings, yield* everything, (yield* idDrift).length]).toStrictEqual([2, before, 2])
          yield* reissue(spec)
          expect(yield* idDrift).toStrictEqual([])
        }).pipe(Effect.provide(fresh.store))
      })
    )

    it.scopedLive("refuses to re-issue the ids that a table is cut by, since its partitions are named by them", () =>
      Effect.gen(function* () {
        const fresh = yield* options.fresh
        yield* asBefore(fresh)
        yield* Effect.gen(function* () {
          const cut = { ...People, partitionBy: "city_id" }
          const { reissue } = yield* MaskIds
          const before = yield* everything
          const error = yield* Effect.flip(reissue({ ...spec, tables: [cut, Letters] }))
          expect([error.reason, error.message]).toStrictEqual([
            "Misconfigured",
            `Could not re-issue mask ids: ${People.name} is cut by "city_id", so the keys of its partitions are mask ids. Run \`sluice partitions reset ${People.name}\` first, and make its partitions again afterwards. Nothing was changed.`
          ])
          expect(yield* everything).toStrictEqual(before)
        }).pipe(Effect.provide(fresh.store))
      })
    )

    it.scopedLive("that a run has read before a re-issue are not published after it", () =>
      Effect.gen(function* () {
        const fresh = yield* options.fresh
        yield* asBefore(fresh)
        yield* Effect.gen(function* () {
          const { begin } = yield* Suppressions
          const { reissue } = yield* MaskIds
          yield* begin("slow")
          const old = (yield* everything).people
          yield* reissue(spec)
          const names = yield* peopleByName
          const rows = Dataset.fromArray(old.map((row) => ({ ...row, id: row.id })))
          const error = yield* Effect.flip(inRun("slow", publishRows(rows)))
          expect(error).toMatchObject({ _tag: "WarehouseFailed", reason: "Outdated" })
          yield* begin("next")
          expect(yield* peopleByName).toStrictEqual(names)
        }).pipe(Effect.provide(fresh.store))
      })
    )
  })
