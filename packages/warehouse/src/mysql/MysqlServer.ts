import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { statementFailed } from "./errors.ts"

/** What must be known of a server to talk to it well. */
export interface MysqlServer {
  readonly flavour: "MySQL" | "MariaDB"
  /** Compares utf8mb4 text by its exact bytes, trailing spaces included. */
  readonly collation: "utf8mb4_0900_bin" | "utf8mb4_nopad_bin"
  /** `max_allowed_packet`, in bytes: no statement with its values may be longer. */
  readonly maxPacket: number
  /** `local_infile`: whether it takes rows by LOAD DATA LOCAL INFILE. */
  readonly localInfile: boolean
}

/** Reads what `SELECT VERSION(), @@max_allowed_packet, @@local_infile` answered. */
export const fromAnswer = (version: string, maxPacket: number, localInfile: boolean): MysqlServer | undefined => {
  const mariaDb = /mariadb/i.test(version)
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  const age = major * 10_000 + minor * 100 + (Number.isNaN(patch) ? 0 : patch)
  if (age < (mariaDb ? 100_500 : 80_017)) return undefined
  return mariaDb
    ? { flavour: "MariaDB", collation: "utf8mb4_nopad_bin", maxPacket, localInfile }
    : { flavour: "MySQL", collation: "utf8mb4_0900_bin", maxPacket, localInfile }
}

/** Finds out which server this is; refuses one that is too old, and an account that could do more than a pipeline should. */
export const inspect = Effect.fn("MysqlServer.inspect")(function* (
  sql: SqlClient
): Effect.fn.Return<MysqlServer, WarehouseFailed> {
  const [answer] = yield* asked(
    sql.unsafe<{ readonly version: string; readonly packet: number | string; readonly takes_files: number | string }>(
      "SELECT VERSION() AS version, @@max_allowed_packet AS packet, @@local_infile AS takes_files"
    )
  )
  const server = fromAnswer(answer?.version ?? "", Number(answer?.packet ?? 0), Number(answer?.takes_files ?? 0) === 1)
  if (server === undefined) {
    return yield* new WarehouseFailed({
      reason: "Misconfigured",
      operation: "use the database server",
      detail: "it is older than MySQL 8.0.17 and MariaDB 10.5, which are the oldest that keep text exact. Use a newer one."
    })
  }
  const grants = yield* asked(sql.unsafe<Record<string, string>>("SHOW GRANTS"))
  const excess = excessIn(grants.flatMap((row) => Object.values(row)))
  if (excess !== undefined) {
    return yield* new WarehouseFailed({
      reason: "Misconfigured",
      operation: "use the account in DATABASE_URL",
      detail: `it has ${excess}, which a pipeline must not have. DATABASE_URL must name the pipeline's own account: put the administrator into DATABASE_ADMIN_URL and an account of your choice into DATABASE_URL, and "pnpm assets provision" creates it.`
    })
  }
  return server
})

/** The first privilege in lines of SHOW GRANTS that makes an account an administrator's. */
export const excessIn = (lines: ReadonlyArray<string>): string | undefined => {
  for (const line of lines) {
    const everywhere = / ON \*\.\* TO /.test(line)
    if (everywhere && /^GRANT ALL PRIVILEGES /.test(line)) return "all privileges on all databases"
    if (everywhere && /^GRANT (?:.*, )?SUPER(?:,| ON )/.test(line)) return "SUPER"
    if (everywhere && /^GRANT (?:.*, )?FILE(?:,| ON )/.test(line)) return "FILE"
    if (/ WITH (?:.* )?GRANT OPTION/.test(line)) return "GRANT OPTION"
  }
  return undefined
}

const asked = <A>(effect: Effect.Effect<A, SqlError>) =>
  Effect.mapError(effect, statementFailed("ask the database server what it is"))
