import { randomUUID } from "node:crypto"
import { PipelineName } from "@sluice/core/definitions/PipelineName"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as InternalTable from "../sql/migrations/InternalTable.ts"
import * as Records from "../sql/migrations/records.ts"
import { ofPipeline } from "../sql/SqlDialect.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as LibsqlClient from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import { dialect, ofTables } from "./SqliteDdl.ts"
import type { SqliteStore } from "./SqliteStore.ts"
import * as StoreConnections from "./StoreConnections.ts"
import type { Locations } from "./StoreFiles.ts"

/**
 * Opens an empty embedded store in memory, for tests. It has the internal tables of the warehouse, and no run history. It is
 * gone with the scope.
 */
export const open: Effect.Effect<SqliteStore, WarehouseFailed, Scope.Scope | PipelineName> = Effect.gen(function* () {
  const pipeline = yield* PipelineName
  const words = { records: ofTables(pipeline), history: ofPipeline(dialect("main"), pipeline) }
  // All connections of a process share a database of SQLite's VFS "memdb" by its name.
  const id = randomUUID()
  const at = (parameters: string): Locations => {
    const uri = (name: string) => `file:/sluice-${id}-${name}?vfs=memdb${parameters}`
    return { public: uri("public"), sensitive: uri("sensitive"), history: uri("history") }
  }
  const writing = at("")
  const setup = [...StoreConnections.attachSensitive(writing), ...StoreConnections.durable]
  const data = yield* LibsqlClient.make({ path: writing.public, setup })
  const tables = Records.tables(words.records).map((table) => InternalTable.ddl(words.records, table))
  yield* data.use(({ database }) => database.exec(tables.join(";\n")))
  return {
    migrated: false,
    words,
    files: undefined,
    data,
    history: data,
    reader: StoreConnections.readers(data, at("&mode=ro"))
  }
}).pipe(
  Effect.mapError((error) => {
    const operation = "open a store in memory"
    const fault = Fault.of(error)
    return fault.code === "UNKNOWN" ? Fault.notLoaded(operation, fault) : Fault.translate(operation, error)
  })
)
