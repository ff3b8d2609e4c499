import { expect, layer } from "@effect/vitest"
import { StepContext } from "@sluice/core/asset/StepContext"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Mask from "@sluice/core/relation/Mask"
import * as IdOrder from "@sluice/warehouse/checks/IdOrder"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { RandomIds } from "@sluice/warehouse/sql/RandomIds"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import type * as Layer from "effect/Layer"
import { cases } from "../../../../test/setup/size.ts"
import { inStep, recordingStep } from "./support.ts"

/**
 * Every masker works like this (G5 to G8). It needs a fresh store, and a way to run a statement on it as its owner, with mask
 * tables by their bare names.
 */
export const piiMaskerContract = <R>(options: {
  readonly name: string
  readonly layer: Layer.Layer<PiiMasker | R, WarehouseFailed>
  readonly execute: (sql: string) => Effect.Effect<unknown, unknown, R>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: masker`, (it) => {
    let tables = 0
    /** The test's own mask table. */
    const fresh = () =>
      Mask.make(`contract_mask_${tables++}`, { kind: "city", column: "city", description: "Cities of a test." })
    type Cities = ReturnType<typeof fresh>
    const values = (cities: ReadonlyArray<string | null>, chunk = 5_000) =>
      Dataset.fromArray(
        cities.map((city) => (city === null ? null : Pii.make("city", city))),
        chunk
      )
    const mask = (table: Cities, cities: ReadonlyArray<string | null>) =>
      Effect.flatMap(PiiMasker, (masker) => inStep(masker.ids(table, values(cities))))
    const idsOf = (map: { readonly get: (value: Pii<"city">) => number | undefined }, cities: ReadonlyArray<string>) =>
      cities.map((city) => map.get(Pii.make("city", city)))
    /** Expects ids for all values, and no two equal ones. */
    const expectDistinct = (ids: ReadonlyArray<number | undefined>) => {
      expect(ids.filter((id) => id === undefined || !Number.isSafeInteger(id) || id < 1)).toStrictEqual([])
      expect(new Set(ids).size).toBe(ids.length)
    }

    it.effect("each byte-exact text has an id of its own, the empty one and NULL in letters included (G6, G7)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const cities = [
          "Zürich",
          "zurich",
          "ZÜRICH",
          "Zürich ",
          "Zu\u0308rich",
          "",
          " ",
          "NULL",
          "None",
          "null",
          "😀",
          "😁",
          "a\0b",
          "a\0c",
          "\ufeffa",
          "a"
        ]
        const map = yield* mask(table, [...cities, null, ...cities])
        expectDistinct(idsOf(map, cities))
        expect(map.size).toBe(cities.length)
        const loaded = yield* Effect.flatMap(PiiMasker, (masker) => masker.load(table))
        expect(idsOf(loaded, cities)).toStrictEqual(idsOf(map, cities))
        expect(loaded.size).toBe(cities.length)
      })
    )

    it.effect("ids stay, new values get others, and metadata counts them", () =>
      Effect.gen(function* () {
        const table = fresh()
        const masker = yield* PiiMasker
        const first = yield* mask(table, ["b", "a"])
        const { recorded, service } = recordingStep()
        const second = yield* Effect.provideService(
          masker.ids(table, values(["c", "a", null, "c"], 2)),
          StepContext,
          service
        )
        expectDistinct([...idsOf(first, ["a", "b"]), ...idsOf(second, ["c"])])
        expect(idsOf(second, ["a", "never masked"])).toStrictEqual([...idsOf(first, ["a"]), undefined])
        expect(recorded).toStrictEqual({ metadata: { rows: 3, new: 1 }, progress: [2, 2] })
      })
    )

    it.effect("ids follow no order of their values, whether computed or of arrival, within a run or over several (G2)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const cities = Array.from({ length: 3_000 }, (_, i) => `city ${(i * 2_477) % 3_001}`)
        const map = yield* mask(table, cities.slice(0, 2_000))
        const more = yield* mask(table, cities)
        const rows = cities.map((value, i) => ({ value, id: Number(idsOf(i < 2_000 ? map : more, [value])[0]) }))
        expectDistinct(rows.map(({ id }) => id))
        expect(IdOrder.told(rows)).toStrictEqual([])
        expect(Math.max(...rows.map(({ id }) => id))).toBeGreaterThan(2 ** 50)
      })
    )

    it.effect("an id that is in use is not given again: another one is drawn", () =>
      Effect.gen(function* () {
        const table = fresh()
        const drawing = (...ids: ReadonlyArray<number>) => {
          const left = [...ids]
          return Effect.provideService(RandomIds, (count) => left.splice(0, count))
        }
        yield* mask(table, ["a", "b"]).pipe(drawing(5, 9))
        const map = yield* mask(table, ["c", "d"]).pipe(drawing(7, 5, 2 ** 53 - 1, 11))
        expect([...idsOf(map, ["c", "d"])].sort()).toStrictEqual([11, 2 ** 53 - 1].sort())
        const loaded = yield* Effect.flatMap(PiiMasker, (masker) => masker.load(table))
        expect(idsOf(loaded, ["c", "d"])).toStrictEqual(idsOf(map, ["c", "d"]))
      })
    )

    it.effect("nothing to mask gives an empty map", () =>
      Effect.gen(function* () {
        const map = yield* mask(fresh(), [null, null])
        expect(map.size).toBe(0)
      })
    )

    it.effect("a value whose row was deleted gets another id, and others keep theirs (G13)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const before = idsOf(yield* mask(table, ["a", "b", "c"]), ["a", "b", "c"])
        yield* options.execute(`DELETE FROM ${table.name} WHERE id <> ${before[0]}`)
        yield* options.execute(`UPDATE sluice_sequences SET value = 1 WHERE name = 'values:${table.name}'`)
        const after = idsOf(yield* mask(table, ["a", "b", "c", "d"]), ["a", "b", "c", "d"])
        expect(after[0]).toBe(before[0])
        expectDistinct([...before, ...after.slice(1)])
      })
    )

    it.effect(
      "ids that were given in order are neither used nor added to, and the error has the command that repairs it",
      () =>
        Effect.gen(function* () {
          const table = fresh()
          const masker = yield* PiiMasker
          yield* mask(table, ["a", "b", "c"])
          yield* options.execute(`UPDATE sluice_sequences SET value = 3 WHERE name = '${table.name}'`)
          const refused = yield* Effect.forEach([mask(table, ["a"]), mask(table, ["d"]), masker.load(table)], Effect.flip)
          for (const error of refused) {
            expect(error).toMatchObject({
              reason: "Misconfigured",
              detail: expect.stringMatching(/`sluice provision --reissue-mask-ids`/)
            })
          }
          yield* options.execute(`DELETE FROM ${table.name}`)
          yield* options.execute(`UPDATE sluice_sequences SET value = 0 WHERE name = 'values:${table.name}'`)
          expectDistinct(idsOf(yield* mask(table, ["a", "d"]), ["a", "d"]))
        })
    )

    it.effect("a mask table that was restored alone is refused before a value gets a second id", () =>
      Effect.gen(function* () {
        const table = fresh()
        const [first] = idsOf(yield* mask(table, ["a", "b", "c"]), ["a"])
        yield* options.execute(`DELETE FROM ${table.name} WHERE id <> ${first}`)
        expect(yield* Effect.flip(mask(table, ["a", "b"]))).toMatchObject({
          reason: "Drift",
          detail: expect.stringMatching(/^it has 1 values, and sluice_sequences counts 3: .*provision --restored/)
        })
      })
    )

    it.effect("eight maskers at once give each value one id (G5)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const cities = Array.from({ length: 200 }, (_, index) => `city ${index}`)
        const shuffles = FastCheck.sample(FastCheck.shuffledSubarray(cities, { minLength: cities.length }), {
          numRuns: 8,
          seed: 1
        })
        const maps = yield* Effect.forEach(shuffles, (shuffled) => mask(table, shuffled), { concurrency: 8 })
        const [first, ...others] = maps.map((map) => idsOf(map, cities))
        expectDistinct(first ?? [])
        for (const other of others) expect(other).toStrictEqual(first)
      })
    )

    it.effect("maskers of different tables do not disturb each other", () =>
      Effect.gen(function* () {
        const many = [fresh(), fresh(), fresh(), fresh()]
        const maps = yield* Effect.forEach(many, (table) => mask(table, ["x", "y"]), { concurrency: "unbounded" })
        for (const map of maps) expectDistinct(idsOf(map, ["x", "y"]))
      })
    )

    it.effect("values that share a prefix of a megabyte are neither cut nor confused (G8)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const prefix = "x".repeat(1_000_000)
        const cities = [`${prefix}a`, `${prefix}b`, prefix, ...Array.from({ length: 10 }, (_, index) => `${prefix}${index}`)]
        const map = yield* mask(table, cities)
        expectDistinct(idsOf(map, cities))
        const loaded = yield* Effect.flatMap(PiiMasker, (masker) => masker.load(table))
        expect(idsOf(loaded, cities)).toStrictEqual(idsOf(map, cities))
      })
    )

    it.effect("random texts keep one id each, whoever asks and how often", () =>
      Effect.gen(function* () {
        const table = fresh()
        const known = new Map<string, number | undefined>()
        const arbitrary = FastCheck.array(FastCheck.string({ unit: "binary", maxLength: 30 }), {
          maxLength: 80,
          size: "max"
        })
        for (const cities of FastCheck.sample(arbitrary, { numRuns: cases(8), seed: 3 })) {
          const map = yield* mask(table, cities)
          for (const city of cities) {
            const id = map.get(Pii.make("city", city))
            expect(id).toBe(known.get(city) ?? id)
            known.set(city, id)
          }
        }
        expectDistinct([...known.values()])
      })
    )

    it.effect("thousands of values are masked in one call", () =>
      Effect.gen(function* () {
        const table = fresh()
        const cities = Array.from({ length: 7_000 }, (_, index) => `city ${index}`)
        expectDistinct(idsOf(yield* mask(table, cities), cities))
        expect((yield* Effect.flatMap(PiiMasker, (masker) => masker.load(table))).size).toBe(7_000)
      })
    )

    it.effect("the map of a table that is not there is Missing", () =>
      Effect.gen(function* () {
        const masker = yield* PiiMasker
        const error = yield* Effect.flip(masker.load(fresh()))
        expect(error.reason).toBe("Missing")
      })
    )
  })
