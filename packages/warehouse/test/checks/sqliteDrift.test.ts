import { chmodSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Column from "@sluice/core/relation/Column"
import { declared } from "@sluice/warehouse/checks/Declared"
import type { Difference } from "@sluice/warehouse/checks/Difference"
import * as Drift from "@sluice/warehouse/checks/Drift"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseAudit } from "@sluice/warehouse/WarehouseAudit"
import * as Effect from "effect/Effect"
import { inStep } from "../contract/support.ts"
import { executeOn, freshStores, StoreDirectory } from "../embedded/stores.ts"
import { Cities, Expensive, spec, Things, thing } from "./things.ts"

const differences = Effect.flatMap(WarehouseAudit, (audit) => audit.drift(spec))

const told = (found: ReadonlyArray<Difference>) =>
  found.map(({ aspect, declared, found, subject }) => `${subject} | ${aspect} | ${found} | ${declared}`)

const publish = Effect.flatMap(Warehouse, (warehouse) => inStep(warehouse.publish(Things, Dataset.of(thing({ id: "a" })))))
const publishView = Effect.flatMap(Warehouse, (warehouse) => warehouse.publishView(Expensive))
const mask = Effect.flatMap(PiiMasker, (masker) => inStep(masker.ids(Cities, Dataset.of(Pii.make("city", "London")))))
const everything = Effect.all([publish, publishView, mask])

/** Runs the remedy of a difference as it is, in the named file. */
const applyRemedy = ({ remedy }: Difference) =>
  Effect.forEach(
    remedy.split("; "),
    executeOn((["sensitive.db", "history.db"] as const).find((file) => remedy.startsWith(`/* in ${file} */`)) ?? "public.db")
  )

it.live("there is none before anything is published, nor in what is", () =>
  Effect.gen(function* () {
    expect(yield* differences).toEqual([])
    yield* everything
    expect(yield* differences).toEqual([])
    yield* Drift.check(spec)
  }).pipe(Effect.provide(freshStores))
)

const canary = "canary-44b0"

const cases: ReadonlyArray<
  readonly [file: "public.db" | "sensitive.db" | "history.db", sql: ReadonlyArray<string>, expected: ReadonlyArray<string>]
> = [
  [
    "public.db",
    [`ALTER TABLE check_things ADD COLUMN note TEXT DEFAULT '${canary}'`],
    ["check_things | column note | TEXT | none"]
  ],
  [
    "public.db",
    ["DROP TABLE check_things", "CREATE TABLE check_things (id TEXT NOT NULL, status TEXT)"],
    [
      "check_things | column order | none | INTEGER NOT NULL",
      "check_things | column owner_id | none | TEXT",
      "check_things | column price | none | DECIMAL(12, 2)",
      "check_things | column made_at | none | TEXT NOT NULL",
      'check_things | index check_things__key | none | ("id")',
      'check_things | index check_things__owner_id | none | ("owner_id")',
      'check_things | index check_things__status__made_at | none | ("status", "made_at")'
    ]
  ],
  [
    "public.db",
    ["DROP INDEX check_things__owner_id"],
    ['check_things | index check_things__owner_id | none | ("owner_id")']
  ],
  [
    "public.db",
    [`CREATE INDEX mine ON check_things (status) WHERE status = '${canary}'`],
    ["check_things | index mine | an index | none"]
  ],
  [
    "public.db",
    ["DROP INDEX check_things__key", "CREATE INDEX check_things__key ON check_things (id)"],
    ["check_things | index check_things__key | an index | another one"]
  ],
  [
    "public.db",
    ["DROP VIEW check_expensive", `CREATE VIEW check_expensive AS SELECT id FROM check_things WHERE id = '${canary}'`],
    ["check_expensive | definition | another one | its own"]
  ],
  [
    "public.db",
    ["DROP VIEW check_expensive", "CREATE TABLE check_expensive (id TEXT)"],
    ["check_expensive | kind | a table | a view"]
  ],
  [
    "public.db",
    [`CREATE TABLE check_cities AS SELECT '${canary}' AS city`],
    ["check_cities | file | public.db, which analysts read | sensitive.db"]
  ],
  [
    "public.db",
    [
      `CREATE TRIGGER rewrite AFTER INSERT ON check_things BEGIN UPDATE check_things SET owner_id = '${canary}'; END`,
      `CREATE TRIGGER write INSTEAD OF INSERT ON check_expensive BEGIN SELECT '${canary}'; END`
    ],
    ["check_things | trigger rewrite | a trigger | none", "check_expensive | trigger write | a trigger | none"]
  ],
  [
    "sensitive.db",
    [`CREATE TRIGGER copy AFTER INSERT ON check_cities BEGIN SELECT '${canary}'; END`],
    ["check_cities | trigger copy | a trigger | none"]
  ],
  [
    "history.db",
    [`CREATE TRIGGER watch AFTER INSERT ON sluice_events BEGIN SELECT '${canary}'; END`],
    ["sluice_events | trigger watch | a trigger | none"]
  ],
  ["sensitive.db", ["ALTER TABLE check_cities ADD COLUMN note TEXT"], ["check_cities | column note | TEXT | none"]],
  [
    "sensitive.db",
    [
      "ALTER TABLE check_cities RENAME TO away",
      "CREATE TABLE check_cities (id INTEGER NOT NULL, city TEXT NOT NULL, value_hash BLOB NOT NULL)",
      "INSERT INTO check_cities SELECT id, city, value_hash FROM away",
      "DROP TABLE away"
    ],
    ["check_cities | definition | another one | its own"]
  ]
]

for (const [file, sql, expected] of cases) {
  it.live(
    `what is altered by hand is found before the first write, and repaired: ${sql.at(-1)?.replaceAll(canary, "…")}`,
    () =>
      Effect.gen(function* () {
        yield* everything
        const masker = yield* PiiMasker
        const idOfLondon = Effect.map(masker.load(Cities), (ids) => ids.get(Pii.make("city", "London")))
        const before = yield* idOfLondon
        yield* Effect.forEach(sql, executeOn(file))
        const found = yield* Effect.flip(Drift.check(spec))
        if (!(found instanceof Drift.DriftFound)) return yield* found
        expect(told(found.differences)).toEqual(expected)
        expect(found.message).not.toContain(canary)
        // Dropping a table drops its indexes, and publishing it creates them again.
        const first = found.differences[0]
        yield* Effect.forEach(first?.remedy.includes("*/ DROP TABLE") === true ? [first] : found.differences, applyRemedy)
        expect(yield* differences).toEqual([])
        yield* everything
        expect(yield* differences).toEqual([])
        expect([typeof before, yield* idOfLondon]).toEqual(["number", before])
      }).pipe(Effect.provide(freshStores))
  )
}

it.live(
  "files that others may open and a directory that others may write are found, with the command that closes them",
  () =>
    Effect.gen(function* () {
      const directory = yield* StoreDirectory
      chmodSync(directory, 0o775)
      chmodSync(join(directory, "sensitive.db"), 0o640)
      chmodSync(join(directory, "history.db"), 0o604)
      const found = yield* differences
      expect(found.map(({ subject, found, declared, remedy }) => [subject, found, declared, remedy])).toEqual([
        [directory, "0775", "0700", `chmod 700 '${directory}'`],
        [join(directory, "sensitive.db"), "0640", "0600", `chmod 600 '${join(directory, "sensitive.db")}'`],
        [join(directory, "history.db"), "0604", "0600", `chmod 600 '${join(directory, "history.db")}'`]
      ])
    }).pipe(Effect.provide(freshStores))
)

it.live("a declaration that has changed since is not drift, but the declared check sees it until it is published", () =>
  Effect.gen(function* () {
    const warehouse = yield* Warehouse
    yield* everything
    const Wider = {
      ...Things,
      columns: { ...Things.columns, color: Column.nullable(Column.text(10)) },
      indexes: [["color"]]
    }
    const Dear = { ...Expensive, select: () => "SELECT t.id AS id FROM check_things t WHERE t.price > 500" }
    const changed = { ...spec, tables: [Wider], views: [Dear] }
    yield* Drift.check(changed)
    const checks = [declared(Wider), declared(Dear)]
    const passed = Effect.forEach(checks, (check) =>
      Effect.map(check.evaluate({ _tag: "Published" }), (outcome) => outcome.passed)
    )
    expect(yield* passed).toEqual([false, false])
    yield* inStep(warehouse.publish(Wider, Dataset.of({ ...thing({ id: "a" }), color: null })))
    yield* warehouse.publishView(Dear)
    expect(yield* passed).toEqual([true, true])
    yield* executeOn("public.db")("DROP INDEX check_things__color")
    expect((yield* Effect.flip(Drift.check(changed)))._tag).toBe("DriftFound")
  }).pipe(Effect.provide(freshStores))
)
