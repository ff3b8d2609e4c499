import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import * as QueryLimit from "../QueryLimit.ts"
import type { QueryResult } from "../Warehouse.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as DirectConnection from "./DirectConnection.ts"
import { connectFailed, statementFailed } from "./errors.ts"

/** Whose query it is: the account, and the setting that names it. */
export interface Account {
  readonly url: MysqlUrl
  readonly setting: string
}

/**
 * Answers one query that a person wrote, over a connection of its own that is closed afterwards, so that nothing which the
 * query leaves (variables, locks) is met by another. The answer is held whole. Three things keep it from writing: its first
 * word must be one that reads, it is sent where several statements in one text are refused, and its transaction is read-only.
 * An interruption or the limit ends it on the server; the server has the limit too, for when this process is killed.
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
      // The second makes the transaction after an implicit COMMIT read-only as well.
      yield* ask("SET SESSION TRANSACTION READ ONLY")
      yield* ask("START TRANSACTION READ ONLY")
      // The server notices only when it writes that the connection is closed.
      const end = DirectConnection.aside(account.url, `KILL ${Math.trunc(connection.threadId)}`)
      const answer = yield* Effect.onInterrupt(ask(sql), () => end)
      return { columns: answer.columns, rows: answer.rows.map((row) => row.map(plain)) }
    }).pipe(QueryLimit.within(limit))
  )
})

/** A second more than ours, so that ours is the one to be reported. Each flavour takes the other's for a comment. */
const serverLimit = (limit: Duration.Duration): string => {
  const seconds = Math.ceil(Duration.toSeconds(limit)) + 1
  return `SET SESSION /*M! max_statement_time = ${seconds} */ /*!50700 max_execution_time = ${seconds * 1000} */`
}

const operation = "answer the query"

/** Whether a statement begins, after comments, with a word that reads. A comment that the servers execute is no comment. */
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
