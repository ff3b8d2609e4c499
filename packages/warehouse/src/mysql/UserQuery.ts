import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import * as QueryLimit from "../QueryLimit.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import type { QueryResult } from "../WarehouseReader.ts"
import * as DirectConnection from "./DirectConnection.ts"
import { connectFailed, statementFailed } from "./errors.ts"

/** The account of a query, and the setting that names it. */
export interface Account {
  readonly url: MysqlUrl
  readonly setting: string
}

/**
 * Runs one query that a person wrote, over its own connection, which is closed afterwards, so that variables and locks of the
 * query end with it. The result is in memory whole. Three things prevent writing: the first word must be one that reads,
 * several statements in one text are refused, and the transaction is read-only. An interruption or the limit ends the query on
 * the server. The server has the limit too, in case this process is killed.
 */
export const run = Effect.fn("UserQuery.run")(function* (
  account: Account,
  sql: string,
  limit?: QueryLimit.QueryLimit
): Effect.fn.Return<QueryResult, WarehouseFailed> {
  if (!reads(sql)) {
    return yield* new WarehouseFailed({
      reason: "NotPermitted",
      operation,
      detail: "it is not a query that reads. Write one SELECT, WITH, TABLE, VALUES, SHOW, DESCRIBE or EXPLAIN."
    })
  }
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const connection = yield* Effect.mapError(
        DirectConnection.open(account.url),
        connectFailed(account.url, account.setting)
      )
      const ask = (text: string) => Effect.mapError(connection.query(text), statementFailed(operation))
      if (limit !== undefined) yield* ask(serverLimit(limit))
      // The second statement makes the transaction after an implicit COMMIT read-only too.
      yield* ask("SET SESSION TRANSACTION READ ONLY")
      yield* ask("START TRANSACTION READ ONLY")
      // The server notices a closed connection only when it writes.
      const end = DirectConnection.aside(account.url, `KILL ${Math.trunc(connection.threadId)}`)
      const answer = yield* Effect.onInterrupt(ask(sql), () => end)
      return { columns: answer.columns, rows: answer.rows.map((row) => row.map(plain)) }
    }).pipe(QueryLimit.within(limit))
  )
})

/** A second more than our limit, so that ours is reported. Each flavour reads the other's statement as a comment. */
const serverLimit = (limit: Duration.Duration): string => {
  const seconds = Math.ceil(Duration.toSeconds(limit)) + 1
  return `SET SESSION /*M! max_statement_time = ${seconds} */ /*!50700 max_execution_time = ${seconds * 1000} */`
}

const operation = "answer the query"

/** Whether a statement begins, after comments, with a word that reads. A comment that servers execute is not skipped. */
export const reads = (sql: string): boolean => {
  const text = sql.replace(/^(?:\s+|--\s[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?![!M])[\s\S]*?\*\/|\()+/, "")
  return /^(?:select|with|table|values|show|describe|desc|explain)\b/i.test(text)
}

const plain = (value: unknown): string | number | boolean | null => {
  if (value === null || value === undefined) return null
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex")
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value)
}
