import { expect, layer } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import { StepContext } from "@sluice/core/run/StepContext"
import * as MaskTable from "@sluice/warehouse/MaskTable"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import type { WarehouseFailed } from "@sluice/warehouse/WarehouseFailed"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import type * as Layer from "effect/Layer"
import { inStep, recordingStep } from "./support.ts"

/**
 * What every masker does (G5 to G8). It needs a fresh store, and a way to run a statement on it as its owner; mask tables
 * are called by their bare names.
 */
export const piiMaskerContract = <R>(options: {
  readonly name: string
  readonly layer: Layer.Layer<PiiMasker | R, WarehouseFailed>
  readonly execute: (sql: string) => Effect.Effect<unknown, unknown, R>
}) =>
  layer(options.layer, { excludeTestServices: true, timeout: Duration.minutes(2) })(`${options.name}: masker`, (it) => {
    let tables = 0
    /** A mask table of the test's own. */
    const fresh = () =>
      MaskTable.make(`contract_mask_${tables++}`, { kind: "city", column: "city", description: "Cities of a test." })
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
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
    const sorted = (ids: ReadonlyArray<number | undefined>) => [...ids].sort((a, b) => Number(a) - Number(b))

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
        expect(sorted(idsOf(map, cities))).toStrictEqual(upTo(cities.length))
        expect(map.size).toBe(cities.length)
        const loaded = yield* Effect.flatMap(PiiMasker, (masker) => masker.load(table))
        expect(idsOf(loaded, cities)).toStrictEqual(idsOf(map, cities))
        expect(loaded.size).toBe(cities.length)
      })
    )

    it.effect("ids are dense from 1, stay, and go on where they were; metadata counts them", () =>
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
        expect(sorted(idsOf(first, ["a", "b"]))).toStrictEqual([1, 2])
        expect(idsOf(second, ["a", "c"])).toStrictEqual([...idsOf(first, ["a"]), 3])
        expect(idsOf(second, ["never masked"])).toStrictEqual([undefined])
        expect(recorded).toStrictEqual({ metadata: { rows: 3, new: 1 }, progress: [2, 2] })
      })
    )

    it.effect("nothing to mask gives an empty map", () =>
      Effect.gen(function* () {
        const map = yield* mask(fresh(), [null, null])
        expect(map.size).toBe(0)
      })
    )

    it.effect("ids of deleted rows are not used again, the last ones neither (G13)", () =>
      Effect.gen(function* () {
        const table = fresh()
        yield* mask(table, ["a", "b", "c"])
        yield* options.execute(`DELETE FROM ${table.name} WHERE id >= 2`)
        const map = yield* mask(table, ["a", "b", "c", "d"])
        const ids = idsOf(map, ["a", "b", "c", "d"])
        expect(sorted(ids.filter((id) => id !== 1)).every((id) => id !== undefined && id > 1)).toBe(true)
        expect(sorted(ids).filter((id) => id === 2 || id === 3).length).toBeLessThanOrEqual(0)
      })
    )

    it.effect("a counter that fell behind its table never gives an id twice", () =>
      Effect.gen(function* () {
        const table = fresh()
        yield* mask(table, ["a", "b", "c"])
        yield* options.execute(`UPDATE sluice_sequences SET value = 1 WHERE name = '${table.name}'`)
        const map = yield* mask(table, ["d"])
        expect(idsOf(map, ["d"])).toStrictEqual([4])
      })
    )

    it.effect("eight maskers at once give each value one id, and leave no gap (G5)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const cities = Array.from({ length: 200 }, (_, index) => `city ${index}`)
        const shuffles = FastCheck.sample(FastCheck.shuffledSubarray(cities, { minLength: cities.length }), {
          numRuns: 8,
          seed: 1
        })
        const maps = yield* Effect.forEach(shuffles, (shuffled) => mask(table, shuffled), { concurrency: 8 })
        const [first, ...others] = maps.map((map) => idsOf(map, cities))
        expect(sorted(first ?? [])).toStrictEqual(upTo(200))
        for (const other of others) expect(other).toStrictEqual(first)
      })
    )

    it.effect("maskers of different tables do not disturb each other", () =>
      Effect.gen(function* () {
        const many = [fresh(), fresh(), fresh(), fresh()]
        const maps = yield* Effect.forEach(many, (table) => mask(table, ["x", "y"]), { concurrency: "unbounded" })
        expect(maps.map((map) => sorted(idsOf(map, ["x", "y"])))).toStrictEqual(many.map(() => [1, 2]))
      })
    )

    it.effect("values that share a prefix of a megabyte are neither cut nor confused (G8)", () =>
      Effect.gen(function* () {
        const table = fresh()
        const prefix = "x".repeat(1_000_000)
        const cities = [`${prefix}a`, `${prefix}b`, prefix, ...Array.from({ length: 10 }, (_, index) => `${prefix}${index}`)]
        const map = yield* mask(table, cities)
        expect(sorted(idsOf(map, cities))).toStrictEqual(upTo(cities.length))
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
        for (const cities of FastCheck.sample(arbitrary, { numRuns: 8, seed: 3 })) {
          const map = yield* mask(table, cities)
          for (const city of cities) {
            const id = map.get(Pii.make("city", city))
            expect(id).toBe(known.get(city) ?? id)
            known.set(city, id)
          }
        }
        expect(sorted([...known.values()])).toStrictEqual(upTo(known.size))
      })
    )

    it.effect("thousands of values are masked in one call", () =>
      Effect.gen(function* () {
        const table = fresh()
        const cities = Array.from({ length: 7_000 }, (_, index) => `city ${index}`)
        expect(sorted(idsOf(yield* mask(table, cities), cities))).toStrictEqual(upTo(7_000))
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
