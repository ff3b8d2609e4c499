import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { RunStore } from "@sluice/core/run/RunStore"
import * as MysqlStores from "@sluice/warehouse/mysql/MysqlStores"
import * as InternalTables from "@sluice/warehouse/sql/internalTables"
import * as Effect from "effect/Effect"
import { type Flavour, flavours, isAvailable } from "../../../../test/servers/TestServers.ts"
import { added, addedRecords, earlier, earlierRuns, migratedRow, owners } from "../contract/earlier.ts"
import { forPipeline } from "../contract/pipelines.ts"
import { runStarted } from "../contract/runEvents.ts"
import * as databases from "./databases.ts"

/** A database of the version before rows were kept by pipeline. */
const earlierDatabase = Effect.fnUntraced(function* (flavour: Flavour) {
  const database = yield* databases.make(flavour)
  const script = readFileSync(earlier("server.sql"), "utf8").replaceAll("{collation}", collations[flavour])
  yield* databases.asAdmin(
    database,
    ...InternalTables.names.map((name) => `DROP TABLE ${name}`),
    ...script.split(";\n").filter((statement) => statement !== "")
  )
  return database
})

const collations: Readonly<Record<Flavour, string>> = { MySQL: "utf8mb4_0900_bin", MariaDB: "utf8mb4_nopad_bin" }

/** All rows of each existing table, except the records of migrations. */
const contents = Effect.fnUntraced(function* (database: databases.Database) {
  const tables = yield* databases.asAdmin(
    database,
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE '%migrations'"
  )
  const all = yield* Effect.forEach(tables, ([table]) =>
    Effect.map(
      databases.asAdmin(database, `SELECT * FROM ${String(table)}`),
      (rows) => [String(table), sorted(rows)] as const
    )
  )
  return new Map(all)
})

const sorted = (rows: ReadonlyArray<ReadonlyArray<unknown>>) =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

/** The definition of each internal table. */
const definitions = (database: databases.Database) =>
  Effect.forEach(InternalTables.names, (table) =>
    Effect.map(databases.asAdmin(database, `SHOW CREATE TABLE ${table}`), ([row]) =>
      String(row?.[1]).replace(/ AUTO_INCREMENT=\d+/, "")
    )
  )

const runs = Effect.flatMap(RunStore, earlierRuns)

for (const flavour of flavours) {
  describe.skipIf(!isAvailable(flavour))(`a store of an earlier version on ${flavour}`, () => {
    it.live("is brought up to date by several starts at once, and its rows are the only pipeline's", () =>
      Effect.gen(function* () {
        const database = yield* earlierDatabase(flavour)
        const before = yield* contents(database)
        const starts = [1, 2, 3].map(() => Effect.provide(runs, databases.stores(database)))
        expect(yield* Effect.all(starts, { concurrency: "unbounded" })).toEqual(starts.map(() => expectedRuns))
        const keyed = [...before].map(
          ([table, rows]) =>
            [table, table.startsWith("contract_") ? rows : sorted(rows.map((row) => migratedRow(table, row)))] as const
        )
        expect(yield* contents(database)).toEqual(new Map([...keyed, ...added, ...addedRecords, ["sluice_owners", owners]]))
        expect(yield* definitions(database)).toEqual(yield* definitions(yield* databases.make(flavour)))
      })
    )

    it.live("from before partitions is brought up to date, and its runs and their open steps stay", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        const run = "20240102-000000-bbbb"
        yield* Effect.provide(
          Effect.flatMap(RunStore, (store) => store.append([runStarted(run, "2024-01-02T00:00:00.000Z")])),
          databases.stores(database)
        )
        yield* databases.asAdmin(
          database,
          `ALTER TABLE sluice_runs ${["backfill", "cancel_requested", "partitions", "partitions_made", "partitions_failed", "partitions_skipped"].map((column) => `DROP COLUMN ${column}`).join(", ")}`,
          "ALTER TABLE sluice_open_steps DROP COLUMN partitions",
          ...[...added.keys(), ...addedRecords.keys()].map((table) => `DROP TABLE ${table}`),
          "DELETE FROM sluice_migrations WHERE migration_id = 2",
          "DELETE FROM sluice_history_migrations WHERE migration_id > 1"
        )
        const known = Effect.flatMap(RunStore, (store) => Effect.all([earlierRuns(store), store.openSteps(run)]))
        expect(yield* Effect.provide(known, databases.stores(database))).toEqual([
          [`${run} running`],
          [
            { asset: "a", action: "materialize" },
            { asset: "b", action: "load" }
          ]
        ])
        expect(yield* definitions(database)).toEqual(yield* definitions(yield* databases.make(flavour)))
      })
    )

    it.live("is brought up to date where a start was killed half way, and by an even older version's columns", () =>
      Effect.gen(function* () {
        const database = yield* earlierDatabase(flavour)
        const [interrupted, fresh] = [yield* earlierDatabase(flavour), yield* databases.make(flavour)]
        yield* databases.asAdmin(
          interrupted,
          "ALTER TABLE sluice_runs DROP COLUMN number",
          "ALTER TABLE sluice_marks ADD COLUMN pipeline VARCHAR(64) NOT NULL DEFAULT 'spark' FIRST, DROP PRIMARY KEY, ADD PRIMARY KEY (pipeline, relation)",
          "CREATE TABLE sluice_migrations (migration_id INTEGER NOT NULL PRIMARY KEY, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, name VARCHAR(255) NOT NULL)",
          "DROP TABLE sluice_latest"
        )
        for (const each of [interrupted, database]) yield* Effect.provide(Effect.void, databases.stores(each))
        const [half, whole] = [yield* contents(interrupted), yield* contents(database)]
        expect(new Map(half).set("sluice_latest", [])).toEqual(new Map(whole).set("sluice_latest", []))
        const but = (all: ReadonlyArray<string>) => all.filter((sql) => !sql.includes("sluice_migrations"))
        expect(but(yield* definitions(interrupted))).toEqual(but(yield* definitions(fresh)))
      })
    )

    it.live("is refused by what only reads, with the command that brings it up to date, which provision is", () =>
      Effect.gen(function* () {
        const database = yield* earlierDatabase(flavour)
        const reading = forPipeline()(MysqlStores.reading({ url: database.url }))
        const before = yield* contents(database)
        const refused = yield* Effect.flip(Effect.provide(runs, reading))
        expect(refused.message).toBe(
          "Could not use the store: an earlier version of this program made its internal tables. Run `sluice provision` (on a server, with DATABASE_ADMIN_URL), which brings them up to date and keeps what is in them; the next run does so, too."
        )
        expect(yield* contents(database)).toEqual(before)
        const migrated = "brought the internal tables of an earlier version up to date"
        expect((yield* databases.provision(database)).filter((line) => line === migrated)).toEqual([migrated])
        expect(yield* databases.provision(database)).not.toContain(migrated)
        expect(yield* Effect.provide(runs, reading)).toEqual(expectedRuns)
      })
    )

    it.live("that a later version made is refused by whatever opens it, and left as it is", () =>
      Effect.gen(function* () {
        const database = yield* databases.make(flavour)
        yield* databases.asAdmin(database, "INSERT INTO sluice_history_migrations (migration_id, name) VALUES (7, 'later')")
        const openings = [
          Effect.provide(Effect.void, databases.stores(database)),
          Effect.provide(Effect.void, forPipeline()(MysqlStores.reading({ url: database.url }))),
          databases.provision(database)
        ]
        for (const opening of openings) {
          expect((yield* Effect.flip(opening)).message).toBe(
            "Could not use the store: a later version of this program made its internal tables (version 7; this one knows 3). Use that version."
          )
        }
      })
    )
  })
}

const expectedRuns = ["20240102-000000-bbbb running", "20240101-000000-aaaa succeeded"]
