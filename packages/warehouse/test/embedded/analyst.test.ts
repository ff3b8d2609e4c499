import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import * as Dataset from "@sluice/core/data/Dataset"
import { Pii } from "@sluice/core/data/Pii"
import * as Mask from "@sluice/core/relation/Mask"
import { RunStore } from "@sluice/core/run/RunStore"
import { Quarantine } from "@sluice/core/source/Quarantine"
import { PiiMasker } from "@sluice/warehouse/PiiMasker"
import { Warehouse } from "@sluice/warehouse/Warehouse"
import { WarehouseReader } from "@sluice/warehouse/WarehouseReader"
import * as Effect from "effect/Effect"
import { inStep, Numbers, numbers } from "../contract/support.ts"
import { freshStores, StoreDirectory } from "./stores.ts"

const Cities = Mask.make("secret_cities", { kind: "city", column: "city", description: "" })
const canary = "CanaryCity-7f3a"

let runs = 0

const fill = Effect.gen(function* () {
  const warehouse = yield* Warehouse
  yield* inStep(warehouse.publish(Numbers, numbers(1, 3)))
  yield* inStep((yield* PiiMasker).ids(Cities, Dataset.of(Pii.make("city", canary))))
  yield* (yield* Quarantine).replace(
    "api_users",
    "run",
    Dataset.of({ ordinal: 0, id: canary, field: "city", reason: "is wrong" })
  )
  yield* (yield* RunStore).append([
    {
      _tag: "RunStarted",
      runId: `run-${runs++}`,
      at: "2024-01-01T00:00:00.000Z",
      selection: canary,
      steps: [],
      tags: {},
      owner: { host: "h", pid: 1 }
    }
  ])
  return yield* WarehouseReader
})

layer(freshStores, { excludeTestServices: true })("an analyst of the embedded store", (it) => {
  it.effect("reads public tables", () =>
    Effect.gen(function* () {
      const reader = yield* fill
      expect(yield* reader.query("SELECT id, version FROM contract_numbers ORDER BY id", "analyst")).toStrictEqual({
        columns: ["id", "version"],
        rows: [
          [0, 1],
          [1, 1],
          [2, 1]
        ]
      })
    })
  )

  it.effect("is told of nothing but public relations", () =>
    Effect.gen(function* () {
      const reader = yield* fill
      const { rows } = yield* reader.query("SELECT type, name FROM sqlite_master ORDER BY name", "analyst")
      expect(rows).toStrictEqual([
        ["table", "contract_numbers"],
        ["index", "contract_numbers__key"],
        ["index", "contract_numbers__version"]
      ])
    })
  )

  for (const table of [
    "secret_cities",
    "sensitive.secret_cities",
    "quarantine",
    "sluice_sequences",
    "sluice_secrets",
    "sluice_suppressions",
    "sluice_source_pages",
    "sluice_page_rows",
    "sluice_marks",
    "sluice_runs",
    "history.sluice_events"
  ]) {
    it.effect(`has no table ${table}, which the pipeline has`, () =>
      Effect.gen(function* () {
        const reader = yield* fill
        const error = yield* Effect.flip(reader.query(`SELECT * FROM ${table}`, "analyst"))
        expect([error.reason, error.message.includes(canary)]).toStrictEqual(["Missing", false])
        yield* reader.query(`SELECT * FROM ${table}`, "pipeline")
      })
    )
  }

  const attempts = (directory: string): ReadonlyArray<string> => {
    const sensitive = join(directory, "sensitive.db")
    return [
      `ATTACH '${sensitive}' AS stolen`,
      `ATTACH DATABASE '${sensitive}' AS stolen`,
      `/* SELECT */ ATTACH '${sensitive}' AS stolen`,
      `-- SELECT\nATTACH '${sensitive}' AS stolen`,
      `EXPLAIN ATTACH '${sensitive}' AS stolen`,
      `SELECT 1; ATTACH '${sensitive}' AS stolen; SELECT * FROM stolen.secret_cities`,
      `SELECT 1 /* ; */ ; ATTACH '${sensitive}' AS stolen`,
      `WITH a AS (SELECT 1) ATTACH '${sensitive}' AS stolen`,
      "DETACH main",
      "PRAGMA query_only = OFF",
      "EXPLAIN PRAGMA query_only = OFF",
      "PRAGMA database_list",
      `VACUUM INTO '${join(directory, "copy.db")}'`,
      "BEGIN IMMEDIATE",
      "WITH a AS (SELECT 1) DELETE FROM contract_numbers",
      "WITH a AS (SELECT 9) INSERT INTO contract_numbers SELECT 9, 9 FROM a RETURNING id",
      "CREATE TEMP TABLE t (a)",
      `CREATE VIRTUAL TABLE temp.t USING fts5(a)`,
      "SELECT load_extension('x')",
      `SELECT readfile('${sensitive}')`,
      `SELECT "readfile"('${sensitive}')`,
      `SELECT [ReadFile] /**/ ('${sensitive}') FROM contract_numbers`,
      `SELECT id FROM contract_numbers WHERE length(readfile('${sensitive}')) > 0`,
      `SELECT id FROM contract_numbers ORDER BY hex(readfile('${sensitive}'))`,
      `WITH a AS (SELECT (SELECT readfile('${sensitive}')) AS b) SELECT COUNT(b) FROM a`,
      `SELECT writefile('${join(directory, "out")}', 'x')`,
      `SELECT * FROM fsdir('${directory}')`,
      `SELECT COUNT(*) FROM contract_numbers WHERE id IN (SELECT 1 FROM fsdir('${directory}'))`,
      `SELECT sha3_query('ATTACH ''${sensitive}'' AS stolen')`,
      "SELECT fts3_tokenizer('simple')",
      "SELECT sqlite3mc_config('cipher')",
      "SELECT * FROM carray(1, 1)",
      "SELECT * FROM pragma_database_list",
      "SELECT data FROM sqlite_dbpage",
      "SELECT 1) SELECT * FROM (SELECT 1",
      "",
      ";",
      "SELECT 'unfinished"
    ]
  }

  it.effect("cannot attach, write, configure or reach another file, whatever the SQL", () =>
    Effect.gen(function* () {
      const reader = yield* fill
      const directory = yield* StoreDirectory
      for (const sql of attempts(directory)) {
        const error = yield* Effect.flip(
          Effect.mapBoth(reader.query(sql, "analyst"), { onFailure: (failure) => failure, onSuccess: () => sql })
        )
        expect([sql, error.message.includes(canary), error.message.includes(directory)]).toStrictEqual([sql, false, false])
      }
      expect((yield* reader.query("SELECT COUNT(*) FROM contract_numbers", "analyst")).rows).toStrictEqual([[3]])
    })
  )

  it.effect("leaves no file behind, whatever the SQL", () =>
    Effect.gen(function* () {
      yield* fill
      expect(readdirSync(yield* StoreDirectory).sort()).toStrictEqual(["history.db", "public.db", "sensitive.db"])
    })
  )

  it.effect("is answered in full about odd values: NUL, bytes that are no text, big integers, order, equal names", () =>
    Effect.gen(function* () {
      const reader = yield* fill
      const odd = "SELECT 'a' || char(0) || 'b' AS x, x'ff00' AS x, 9007199254740993 AS big, 1.5 AS real, NULL AS none"
      expect(yield* reader.query(odd, "analyst")).toStrictEqual({
        columns: ["x", "x", "big", "real", "none"],
        rows: [["a\0b", "FF00", "9007199254740993", 1.5, null]]
      })
      expect((yield* reader.query("SELECT CAST(x'ff41' AS TEXT) AS broken", "analyst")).rows).toStrictEqual([["\ufffdA"]])
      expect((yield* reader.query("EXPLAIN SELECT CAST(x'ff41' AS TEXT), x'fe'", "analyst")).columns).toContain("opcode")
      const ordered = "SELECT id FROM contract_numbers ORDER BY id DESC -- the newest first"
      expect((yield* reader.query(ordered, "analyst")).rows).toStrictEqual([[2], [1], [0]])
      expect((yield* reader.query("VALUES (1, 'a;b'), (2, '--')", "analyst")).rows).toStrictEqual([
        [1, "a;b"],
        [2, "--"]
      ])
      const core = "SELECT upper(substr('abc', 2)), round(avg(id), 2), count(*) FROM contract_numbers WHERE id LIKE '%'"
      expect((yield* reader.query(core, "analyst")).rows).toStrictEqual([["BC", 1, 3]])
      expect((yield* reader.query("EXPLAIN QUERY PLAN SELECT * FROM contract_numbers", "analyst")).rows.length).toBe(1)
    })
  )

  it.effect("is told what is wrong with the SQL, and not what an expression holds", () =>
    Effect.gen(function* () {
      const reader = yield* fill
      const messageOf = (sql: string) => Effect.map(Effect.flip(reader.query(sql, "analyst")), (error) => error.message)
      expect(yield* messageOf("SELECT nope FROM contract_numbers")).toContain("no such column: nope")
      expect(yield* messageOf("SELECT FROM contract_numbers")).toContain("a syntax error near FROM")
      const quoting = yield* messageOf(`SELECT json_extract('{}', '${canary}')`)
      expect([quoting.includes("SQLITE_ERROR"), quoting.includes(canary)]).toStrictEqual([true, false])
    })
  )

  it.effect("waits for nobody: a second query runs while the first one's connection is open", () =>
    Effect.gen(function* () {
      const reader = yield* fill
      const many = Array.from({ length: 8 }, () => reader.query("SELECT COUNT(*) FROM contract_numbers", "analyst"))
      const answers = yield* Effect.all(many, { concurrency: "unbounded" })
      expect(answers.map(({ rows }) => rows)).toStrictEqual(many.map(() => [[3]]))
    })
  )
})
