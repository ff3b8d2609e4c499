import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as LibsqlClient from "./LibsqlClient.ts"
import * as Fault from "./LibsqlFault.ts"
import type { Locations } from "./StoreFiles.ts"

/** Opens another connection to the data that can only read. It does not wait for a load of this process. */
export type Reader = (schemas: "public" | "all") => Effect.Effect<LibsqlClient.LibsqlClient, SqlError, Scope.Scope>

/** Attaches the sensitive database to a connection to the public one, and reads both. */
export const attachSensitive = ({ sensitive }: Locations): ReadonlyArray<string> => [
  `ATTACH ${literal(sensitive)} AS sensitive`,
  probe("main"),
  probe("sensitive")
]

/** Prepares a connection that writes. */
// With WAL a transaction over two files is not atomic. Without legacy_alter_table, a rename would rewrite views.
export const durable = [
  "PRAGMA journal_mode = DELETE",
  "PRAGMA main.synchronous = FULL",
  "PRAGMA foreign_keys = ON",
  "PRAGMA legacy_alter_table = ON"
]

/** Opens connections that only read, beside the connection `data`. `locations` are for reading alone. */
export const readers = (
  data: LibsqlClient.LibsqlClient,
  locations: Locations,
  options: Pick<LibsqlClient.Options, "patience"> = {}
): Reader =>
  Effect.fnUntraced(function* (schemas) {
    const attached =
      schemas === "public"
        ? []
        : [`ATTACH ${literal(locations.sensitive)} AS sensitive`, `ATTACH ${literal(locations.history)} AS history`]
    const connect = LibsqlClient.make({
      path: locations.public,
      setup: [probe("main"), "PRAGMA query_only = ON", ...attached, ...fillSlots(attached.length)],
      ...options
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

/** SQLite attaches at most ten databases. If every slot is taken, no statement can attach another file. */
const fillSlots = (taken: number): ReadonlyArray<string> =>
  Array.from({ length: 10 - taken }, (_, slot) => `ATTACH ':memory:' AS sluice_slot_${slot}`)

/** Reads a file for the first time. That detects a file that is no database, and rolls back what was left half done. */
export const probe = (schema: string): string => `SELECT COUNT(*) FROM ${schema}.sqlite_master`

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
