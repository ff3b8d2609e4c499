import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { statementFailed } from "./errors.ts"

/** The properties of a server that statements depend on. */
export interface MysqlServer {
  readonly flavour: "MySQL" | "MariaDB"
  /** Compares utf8mb4 text by its exact bytes, trailing spaces included. */
  readonly collation: "utf8mb4_0900_bin" | "utf8mb4_nopad_bin"
  /** `max_allowed_packet`, in bytes: the maximum length of a statement with its values. */
  readonly maxPacket: number
  /** `local_infile`: whether LOAD DATA LOCAL INFILE is allowed. */
  readonly localInfile: boolean
}

/** A server as a connection to a database finds it. */
export interface Inspected extends MysqlServer {
  /** The name of the connection's database in grants and `information_schema`. */
  readonly database: string
}

/** Whether a server keeps names of databases in lower case, from `lower_case_table_names`: 0, 1 or 2. */
export const foldsNames = (lowerCaseTableNames: unknown): boolean => Number(lowerCaseTableNames) !== 0

/** Reads the result of `SELECT VERSION(), @@max_allowed_packet, @@local_infile`. */
export const fromAnswer = (version: string, maxPacket: number, localInfile: boolean): MysqlServer | undefined => {
  const mariaDb = /mariadb/i.test(version)
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  const age = major * 10_000 + minor * 100 + (Number.isNaN(patch) ? 0 : patch)
  if (age < (mariaDb ? 100_500 : 80_017)) return undefined
  return mariaDb
    ? { flavour: "MariaDB", collation: "utf8mb4_nopad_bin", maxPacket, localInfile }
    : { flavour: "MySQL", collation: "utf8mb4_0900_bin", maxPacket, localInfile }
}

/** Identifies the server; refuses one that is too old. */
export const inspect = Effect.fn("MysqlServer.inspect")(function* (
  sql: SqlClient
): Effect.fn.Return<Inspected, WarehouseFailed> {
  const [answer] = yield* asked(
    sql<{
      readonly version: string
      readonly packet: number | string
      readonly takes_files: number | string
      readonly name: string
      readonly folding: number | string
    }>`SELECT VERSION() AS version, @@max_allowed_packet AS packet, @@local_infile AS takes_files, DATABASE() AS name, @@lower_case_table_names AS folding`
  )
  const server = fromAnswer(answer?.version ?? "", Number(answer?.packet ?? 0), Number(answer?.takes_files ?? 0) === 1)
  if (server === undefined) {
    return yield* new WarehouseFailed({
      reason: "Misconfigured",
      operation: "use the database server",
      detail: "it is older than MySQL 8.0.17 and MariaDB 10.5, which are the oldest that keep text exact. Use a newer one."
    })
  }
  const name = answer?.name ?? ""
  return { ...server, database: foldsNames(answer?.folding) ? name.toLowerCase() : name }
})

const asked = <A>(effect: Effect.Effect<A, SqlError>) =>
  Effect.mapError(effect, statementFailed("ask the database server what it is"))
