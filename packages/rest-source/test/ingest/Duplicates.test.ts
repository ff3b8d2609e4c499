import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import * as RowCodec from "@sluice/core/data/RowCodec"
import { Spill } from "@sluice/core/data/Spill"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Duplicates from "../../src/ingest/Duplicates.ts"
import * as RowHash from "../../src/ingest/RowHash.ts"

interface Row {
  readonly id: string
  readonly at: string
  readonly text: string
}

const identity: Duplicates.Identity<Row> = {
  id: (row) => row.id,
  version: (row) => row.at,
  codec: RowCodec.make(Schema.Struct({ id: Schema.String, at: Schema.String, text: Schema.String }))
}

/** Finds duplicate ids, with some hashes on disk. */
const suspectsOf = (rows: ReadonlyArray<Row>, chunkSize: number, idsInMemory: number) =>
  Effect.gen(function* () {
    const detector = yield* Duplicates.detector(idsInMemory)
    const see = (some: ReadonlyArray<Row>) => detector.see(RowHash.all(some.map(identity.id)))
    yield* Dataset.forEachChunk(Dataset.fromArray(rows, chunkSize), see)
    return yield* detector.suspects
  }).pipe(Effect.scoped, Effect.provide(Layer.provide(Spill.layer({ rowsInMemory: 0 }), NodeFileSystem.layer)))

const distinct = (rows: ReadonlyArray<Row>, chunkSize = 3, idsInMemory = 64) =>
  Effect.gen(function* () {
    const suspects = yield* suspectsOf(rows, chunkSize, idsInMemory)
    const found = yield* Duplicates.remove(Dataset.fromArray(rows, chunkSize), suspects, identity)
    return { ...found, size: found.rows.size, rows: yield* Dataset.toArray(found.rows) }
  })

it.effect("of identical rows one stays; of different ones the latest, or of equally late ones the last", () =>
  Effect.gen(function* () {
    const [a1, a2, a3] = ["2024-01", "2024-03", "2024-02"].map((at) => ({ id: "a", at, text: at }))
    const b = { id: "b", at: "2024-01", text: "same" }
    const [c1, c2] = ["first", "last"].map((text) => ({ id: "c", at: "2024-01", text }))
    const rows = [a1, b, a2, c1, { ...b }, a3, c2, { ...b }].flatMap((row) => row ?? [])
    expect(yield* distinct(rows)).toStrictEqual({
      rows: [a2, c2, b].flatMap((row) => row ?? []),
      size: 3,
      duplicates: 5,
      conflicts: 2,
      overlapping: 0
    })
  })
)

it.effect("rows whose ids are on several pages are counted", () =>
  Effect.gen(function* () {
    const rows = ["a", "a", "b", "b", "c", "a"].map((id) => ({ id, at: "", text: "" }))
    const suspects = yield* suspectsOf(rows, 3, 64)
    const found = yield* Duplicates.remove(Dataset.fromArray(rows), suspects, identity, [3, 3, 5])
    expect([found.duplicates, found.overlapping]).toStrictEqual([3, 2])
  })
)

it.effect("without duplicates the dataset is the one that was given", () =>
  Effect.gen(function* () {
    const rows = Dataset.of({ id: "a", at: "", text: "" })
    expect((yield* Duplicates.remove(rows, new Set(), identity)).rows).toBe(rows)
  })
)

it.effect.prop(
  "every id stays once, with its greatest version, in the order of the source",
  [FastCheck.array(FastCheck.tuple(FastCheck.nat(8), FastCheck.nat(3), FastCheck.nat(2)), { maxLength: 40 })],
  ([tuples]) =>
    Effect.gen(function* () {
      const rows = tuples.map(([id, at, text]) => ({ id: `${id}`, at: `${at}`, text: `${text}` }))
      const found = yield* distinct(rows)
      const winners = rows.filter((row, i) =>
        rows.every((rival, j) => rival.id !== row.id || rival.at < row.at || (rival.at === row.at && j <= i))
      )
      const versions = (id: string) => new Set(rows.filter((row) => row.id === id).map((row) => JSON.stringify(row)))
      expect(found).toStrictEqual({
        rows: winners,
        size: winners.length,
        duplicates: rows.length - winners.length,
        conflicts: winners.filter(({ id }) => versions(id).size > 1).length,
        overlapping: 0
      })
    })
)

it.effect("a hundred thousand ids that differ are told apart, and one that came twice is found", () =>
  Effect.gen(function* () {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: `id-${i}`, at: "", text: "" }))
    const found = yield* distinct([...rows, { id: "id-77", at: "", text: "" }], 5_000, 20_000)
    expect([
      found.rows.length,
      found.duplicates,
      found.conflicts,
      new Set(found.rows.map(({ id }) => id)).size
    ]).toStrictEqual([100_000, 1, 0, 100_000])
  })
)
