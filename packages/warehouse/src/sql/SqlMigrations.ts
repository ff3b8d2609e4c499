import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as SqlBatch from "./SqlBatch.ts"
import type { SqlDialect } from "./SqlDialect.ts"
import * as SqlText from "./SqlText.ts"

/**
 * One step from a version of some internal tables to the next. It must be repeatable, since a killed process may have done half
 * of it.
 */
export interface Migration {
  readonly id: number
  readonly name: string
  readonly run: (dialect: SqlDialect) => Effect.Effect<void, SqlError | WarehouseFailed, SqlClient>
}

/** The steps of some internal tables, by ascending id, and the table that records the finished ones. */
export interface Migrations {
  /** The table of finished migrations, in the form of `@effect/sql/Migrator`. */
  readonly recordedIn: string
  /** A table that every version has. It reveals tables that were made before migrations were recorded. */
  readonly startsWith: string
  readonly all: ReadonlyArray<Migration>
}

/**
 * Runs each migration that is not recorded, and records it afterwards. `Migrator` records all ids first, and MySQL commits each
 * DDL statement, so after a kill it would record unfinished migrations as done. Several processes may run this at once. Two
 * statements if nothing is to be done. Returns whether there were tables of an earlier version.
 */
export const run = Effect.fn("SqlMigrations.run")(function* (
  dialect: SqlDialect,
  migrations: Migrations
): Effect.fn.Return<boolean, WarehouseFailed, SqlClient> {
  const sql = yield* SqlClient
  const found = yield* versionOf(dialect, migrations)
  yield* refuseNewer(migrations, found)
  const missing = migrations.all.filter(({ id }) => id > found.version)
  if (missing.length === 0) return false
  const record = sql.literal(dialect.table(migrations.recordedIn))
  yield* SqlBatch.translated(
    dialect,
    operation,
    sql`CREATE TABLE IF NOT EXISTS ${record} (migration_id INTEGER NOT NULL PRIMARY KEY, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, name VARCHAR(255) NOT NULL) ${sql.literal(dialect.tableOptions)}`
  )
  // A new store gets all of them at once. Another process that starts now would take it for one of an earlier version otherwise.
  const steps = found.hasTables ? missing.map((one) => [one]) : [missing]
  for (const step of steps) {
    const ran = Effect.forEach(step, ({ run }) => run(dialect), { discard: true })
    const ids = step.map(({ id, name }) => ({ migration_id: id, name }))
    const done = sql`${sql.literal(dialect.insertIgnore)} ${record} ${sql.insert(ids)}`
    yield* SqlBatch.transaction(sql, dialect, operation, Effect.zipRight(ran, done))
  }
  return found.hasTables
})

/** The line of a provisioning that migrated. */
export const migrated = "brought the internal tables of an earlier version up to date"

/**
 * Whether the tables exist, for commands that only read. Fails if the tables are of an earlier version, which `run` migrates,
 * or of a later one.
 */
export const areThere = Effect.fn("SqlMigrations.areThere")(function* (
  dialect: SqlDialect,
  migrations: Migrations
): Effect.fn.Return<boolean, WarehouseFailed, SqlClient> {
  const found = yield* versionOf(dialect, migrations)
  yield* refuseNewer(migrations, found)
  if (!found.hasTables) return false
  if (found.version === latest(migrations)) return true
  return yield* refused(
    "an earlier version of this program made its internal tables. Run `sluice provision` (on a server, with DATABASE_ADMIN_URL), which brings them up to date and keeps what is in them; the next run does so, too."
  )
})

const operation = "bring the store's internal tables up to date"

interface Found {
  /** The last recorded migration; 0 if there is none. */
  readonly version: number
  readonly hasTables: boolean
}

const versionOf = Effect.fnUntraced(function* (dialect: SqlDialect, { recordedIn, startsWith }: Migrations) {
  const sql = yield* SqlClient
  const isThere = (table: string) => Effect.map(SqlText.columnNames(dialect, table), (columns) => columns.length > 0)
  const look = Effect.gen(function* () {
    const [row] = (yield* isThere(recordedIn))
      ? yield* sql<{
          readonly version: number | null
        }>`SELECT MAX(migration_id) AS version FROM ${sql.literal(dialect.table(recordedIn))}`
      : []
    const version = Number(row?.version ?? 0)
    return { version, hasTables: version > 0 || (yield* isThere(startsWith)) } satisfies Found
  })
  return yield* SqlBatch.translated(dialect, "find the version of the store's internal tables", look)
})

const latest = ({ all }: Migrations): number => all.at(-1)?.id ?? 0

const refuseNewer = (migrations: Migrations, { version }: Found) =>
  version <= latest(migrations)
    ? Effect.void
    : refused(
        `a later version of this program made its internal tables (version ${version}; this one knows ${latest(migrations)}). Use that version.`
      )

const refused = (detail: string) => new WarehouseFailed({ reason: "Misconfigured", operation: "use the store", detail })
