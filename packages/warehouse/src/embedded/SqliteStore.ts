import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as KeySeal from "../sql/KeySeal.ts"
import { history as historyMigrations } from "../sql/migrations/history.ts"
import { records } from "../sql/migrations/records.ts"
import { ofPipeline, type PipelineDialect } from "../sql/SqlDialect.ts"
import * as SqlMigrations from "../sql/SqlMigrations.ts"
import * as SqlSuppressions from "../sql/SqlSuppressions.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as FileTimes from "./FileTimes.ts"
import * as LibsqlClient from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import { dialect } from "./SqliteDdl.ts"
import * as StoreFiles from "./StoreFiles.ts"
import * as SuperJournals from "./SuperJournals.ts"

export interface Options {
  /** Created if it is missing. */
  readonly directory: string
  /** Opens an existing store for reading only, as on a read-only file system. Creates nothing. Default: false. */
  readonly readOnly?: boolean
  /** The longest wait for other processes that write, before failing with `Conflict`. Default: 30 seconds. */
  readonly patience?: LibsqlClient.Options["patience"]
  /** The secret that seals the store's keys, if there is one outside of the store. */
  readonly outside?: KeySeal.Outside
}

/** An open embedded store. */
export interface SqliteStore {
  /** Whether opening it migrated internal tables of an earlier version. */
  readonly migrated: boolean
  /** The dialects of the pipeline's rows in the internal tables of `data` and `history`. */
  readonly words: { readonly records: PipelineDialect; readonly history: PipelineDialect }
  readonly files: StoreFiles.StoreFiles
  /** The public file as `main` and the sensitive file as `sensitive`. A transaction over both is atomic. */
  readonly data: LibsqlClient.LibsqlClient
  /** The run history, on its own connection, so that events never wait for a load. */
  readonly history: LibsqlClient.LibsqlClient
  /** Opens another connection to the data that can only read. It does not wait for a load of this process. */
  readonly reader: (schemas: "public" | "all") => Effect.Effect<LibsqlClient.LibsqlClient, SqlError, Scope.Scope>
}

/**
 * Opens a store, closed with the scope. Unless it is read-only, the directory, the files and the internal tables are created if
 * they are missing. `writing` migrates tables of an earlier version; `reading` refuses them.
 */
export const open = Effect.fn("SqliteStore.open")(function* (
  options: Options,
  purpose: "reading" | "writing" = "writing"
): Effect.fn.Return<SqliteStore, WarehouseFailed, Scope.Scope | PipelineName> {
  const pipeline = yield* PipelineName
  const { readOnly = false } = options
  const files = readOnly ? StoreFiles.at(options.directory) : yield* StoreFiles.prepare(options.directory)
  const path = (file: string) => (readOnly ? StoreFiles.readOnly(file) : file)
  const patience = options.patience === undefined ? {} : { patience: options.patience }
  const connect = (file: string, name: string, setup: ReadonlyArray<string>) =>
    LibsqlClient.make({ path: path(file), setup: [...setup, ...(readOnly ? [] : durable)], ...patience }).pipe(
      Effect.mapError(opening(options.directory, name))
    )
  const both = [`ATTACH ${literal(path(files.sensitive))} AS sensitive`, probe("main"), probe("sensitive")]
  const data = yield* connect(files.public, "public.db or sensitive.db", [
    ...both,
    "PRAGMA sensitive.secure_delete = ON",
    // For transactions that spill temporary data to files. SQLite has deprecated the pragma; without it, the system's directory
    // is used. SQLite refuses a directory that it cannot write.
    ...(readOnly ? [] : [`PRAGMA temp_store_directory = ${literal(files.directory)}`])
  ])
  if (!readOnly) yield* SuperJournals.removeStale(files, both)
  const history = yield* connect(files.history, "history.db", [probe("main")])
  const words = { records: ofPipeline(dialect("sensitive"), pipeline), history: ofPipeline(dialect("main"), pipeline) }
  const tables = [
    [data, words.records, records],
    [history, words.history, historyMigrations]
  ] as const
  for (const [{ sql }, dialect, migrations] of tables) {
    if (purpose === "reading") yield* Effect.provideService(SqlMigrations.areThere(dialect, migrations), SqlClient, sql)
  }
  let migrated = false
  if (!readOnly) {
    yield* Effect.mapError(FileTimes.begin(data), opening(options.directory, "public.db or sensitive.db"))
    for (const [{ sql }, dialect, migrations] of tables) {
      const ran = yield* Effect.provideService(SqlMigrations.run(dialect, migrations), SqlClient, sql)
      migrated ||= ran
    }
    yield* Effect.provideService(SqlSuppressions.ensureCounters(words.records), SqlClient, data.sql)
  }

  const reader: SqliteStore["reader"] = Effect.fnUntraced(function* (schemas) {
    const attached =
      schemas === "public"
        ? []
        : [
            `ATTACH ${literal(StoreFiles.readOnly(files.sensitive))} AS sensitive`,
            `ATTACH ${literal(StoreFiles.readOnly(files.history))} AS history`
          ]
    const connect = LibsqlClient.make({
      path: StoreFiles.readOnly(files.public),
      setup: [probe("main"), "PRAGMA query_only = ON", ...attached, ...fillSlots(attached.length)],
      ...patience
    })
    // A read-only connection cannot roll back what a killed process left half done; this one can.
    const recover = Effect.zipRight(
      data.use((session) => session.values(probe("main"), [])),
      data.use((session) => session.values(probe("sensitive"), []))
    )
    return yield* Effect.catchIf(
      connect,
      (error) => Fault.of(error).code.startsWith("SQLITE_READONLY"),
      () => Effect.zipRight(recover, connect)
    )
  })
  return { migrated, words, files, data, history, reader }
})

// With WAL a transaction over two files is not atomic. Without legacy_alter_table, a rename would rewrite views.
const durable = [
  "PRAGMA journal_mode = DELETE",
  "PRAGMA main.synchronous = FULL",
  "PRAGMA foreign_keys = ON",
  "PRAGMA legacy_alter_table = ON"
]

/** SQLite attaches at most ten databases. If every slot is taken, no statement can attach another file. */
const fillSlots = (taken: number): ReadonlyArray<string> =>
  Array.from({ length: 10 - taken }, (_, slot) => `ATTACH ':memory:' AS sluice_slot_${slot}`)

/** Reads a file for the first time. That detects a file that is no database, and rolls back what was left half done. */
const probe = (schema: string): string => `SELECT COUNT(*) FROM ${schema}.sqlite_master`

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const opening = (directory: string, name: string) => (error: SqlError) => {
  const fault = Fault.of(error)
  const operation = `open the embedded store in ${directory}`
  if (fault.code === "SQLITE_NOTADB" || fault.code === "SQLITE_CORRUPT") {
    return new WarehouseFailed({
      reason: "Drift",
      operation,
      detail: `${name} is not a database, or is damaged (${fault.code}). Move it away, or name another directory with DATABASE_URL=sqlite:DIRECTORY.`
    })
  }
  // An error without a code, before anything is opened, is the driver's own.
  if (fault.code === "UNKNOWN") return Fault.notLoaded(operation, fault)
  return Fault.translate(operation, error)
}
