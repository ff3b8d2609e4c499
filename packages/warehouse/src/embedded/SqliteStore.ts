import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Dialect } from "../sql/Dialect.ts"
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
import { dialect, ofTables } from "./SqliteDdl.ts"
import * as StoreConnections from "./StoreConnections.ts"
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
  readonly words: { readonly records: Dialect; readonly history: PipelineDialect }
  /** Undefined for a store in memory. */
  readonly files: StoreFiles.StoreFiles | undefined
  /** The public file as `main` and the sensitive file as `sensitive`. A transaction over both is atomic. */
  readonly data: LibsqlClient.LibsqlClient
  /** The run history, on its own connection, so that events never wait for a load. */
  readonly history: LibsqlClient.LibsqlClient
  readonly reader: StoreConnections.Reader
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
  const locations = readOnly ? StoreFiles.readingOnly(files) : files
  const patience = options.patience === undefined ? {} : { patience: options.patience }
  const connect = (path: string, name: string, setup: ReadonlyArray<string>) =>
    LibsqlClient.make({ path, setup: [...setup, ...(readOnly ? [] : StoreConnections.durable)], ...patience }).pipe(
      Effect.mapError(opening(options.directory, name))
    )
  const both = StoreConnections.attachSensitive(locations)
  const data = yield* connect(locations.public, "public.db or sensitive.db", [
    ...both,
    "PRAGMA sensitive.secure_delete = ON",
    // For transactions that spill temporary data to files. SQLite has deprecated the pragma; without it, the system's directory
    // is used. SQLite refuses a directory that it cannot write.
    ...(readOnly ? [] : [`PRAGMA temp_store_directory = ${StoreConnections.literal(files.directory)}`])
  ])
  if (!readOnly) yield* SuperJournals.removeStale(files, both)
  const history = yield* connect(locations.history, "history.db", [StoreConnections.probe("main")])
  const words = { records: ofTables(pipeline), history: ofPipeline(dialect("main"), pipeline) }
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

  const reader = StoreConnections.readers(data, StoreFiles.readingOnly(files), patience)
  return { migrated, words, files, data, history, reader }
})

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
