import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { differentCharacterSet, sqlError } from "./errors.ts"

/** The properties of a new connection. */
export interface Session {
  /** `max_allowed_packet`, in bytes. */
  readonly maxPacket: number
}

/** Sends one statement in the text protocol, and returns its rows as lists of values. */
export type Send = (sql: string) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, SqlError>

/**
 * Sets all session variables that our statements rely on, independent of the server's defaults. All connections use it: the
 * pools', the administrator's and the analyst's. Fails if the connection's character set is not utf8mb4 afterwards, since names
 * and values would be misread without an error.
 */
export const apply = (
  send: Send,
  options: { readonly lockWait?: Duration.DurationInput } = {}
): Effect.Effect<Session, SqlError> =>
  Effect.gen(function* () {
    yield* send(`SET ${[...always, ...waits(options.lockWait)].join(", ")}`)
    // All pages of a reading come from one snapshot, which READ COMMITTED does not provide.
    yield* send("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    const [[client, connection, results, maxPacket] = []] = yield* send(
      "SELECT @@character_set_client, @@character_set_connection, @@character_set_results, @@max_allowed_packet"
    )
    if ([client, connection, results].some((name) => name !== "utf8mb4"))
      return yield* sqlError({ code: differentCharacterSet })
    return { maxPacket: Number(maxPacket) }
  })

// Readers have ONLY_FULL_GROUP_BY by default. With it, a view that would fail for them fails here.
const sqlMode =
  "CONCAT(IF(VERSION() LIKE '%MariaDB%', '', 'ONLY_FULL_GROUP_BY,'), 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION')"

const always = [
  "NAMES utf8mb4 COLLATE utf8mb4_bin",
  "SESSION time_zone = '+00:00'",
  `SESSION sql_mode = ${sqlMode}`,
  "SESSION autocommit = 1",
  "SESSION completion_type = 'NO_CHAIN'",
  // A limit would cut off rows without an error.
  "SESSION sql_select_limit = 18446744073709551615",
  "SESSION sql_big_selects = 1",
  "SESSION sql_safe_updates = 0",
  "SESSION unique_checks = 1",
  "SESSION sql_auto_is_null = 0",
  // SHOW GRANTS quotes names only with this setting.
  "SESSION sql_quote_show_create = 1"
]

const waits = (lockWait: Duration.DurationInput | undefined): ReadonlyArray<string> => {
  if (lockWait === undefined) return []
  const seconds = Math.max(1, Math.ceil(Duration.toSeconds(lockWait)))
  return [`SESSION lock_wait_timeout = ${seconds}`, `SESSION innodb_lock_wait_timeout = ${seconds}`]
}
