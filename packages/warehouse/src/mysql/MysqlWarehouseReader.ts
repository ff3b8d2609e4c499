import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ErasureGate, isAboutPeople } from "../sql/ErasureGate.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import type { PipelineDialect } from "../sql/SqlDialect.ts"
import * as SqlMarks from "../sql/SqlMarks.ts"
import * as SqlText from "../sql/SqlText.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { WarehouseReader } from "../WarehouseReader.ts"
import { CurrentSession } from "./CurrentSession.ts"
import * as Deadlock from "./deadlock.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"
import * as MysqlReader from "./MysqlReader.ts"
import * as UserQuery from "./UserQuery.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly words: PipelineDialect
  readonly gate: ErasureGate
  readonly pipeline: UserQuery.Account
  /** Undefined if no analyst's account is configured. */
  readonly analyst: UserQuery.Account | undefined
}

/** Reads the tables and views of one database of MySQL or MariaDB. */
export const make = ({ analyst, gate, pipeline, pool, words }: Options): WarehouseReader["Type"] => {
  const here = SqlBatch.over(pool.sql, words)

  return WarehouseReader.of({
    read: (relation) => {
      const rows = MysqlReader.rows(pool, relation)
      return isAboutPeople(relation) ? Stream.unwrap(Effect.as(here(`read ${relation.name}`, gate.beginStep), rows)) : rows
    },

    query: (sql, as, limit) => {
      const account = as === "analyst" ? analyst : pipeline
      return account === undefined
        ? new WarehouseFailed({
            reason: "Misconfigured",
            operation: "answer the query",
            detail:
              "the analyst has no password. Set ANALYST_PASSWORD, and run `sluice provision` if there is no such account yet."
          })
        : UserQuery.run(account, sql, limit)
    },

    measure: Effect.fn("MysqlWarehouseReader.measure")(function* (select, parameters = []) {
      const sql = select(quote)
      if (!UserQuery.reads(sql)) {
        return yield* new WarehouseFailed({ reason: "NotPermitted", operation: measuring, detail: "its SQL does not read." })
      }
      const session = yield* CurrentSession
      const run = ({ connection }: Session) => connection.executeValues(`${sortingWhole} ${sql}`, parameters)
      const rows = yield* Effect.mapError(
        Deadlock.retried(session === undefined ? Effect.scoped(Effect.flatMap(pool.reserve, run)) : run(session)),
        statementFailed(measuring)
      )
      return (rows[0] ?? []).map((value) => Number(value ?? 0))
    }),

    inspect: Effect.fn("MysqlWarehouseReader.inspect")(function* (relation) {
      const operation = `inspect ${relation}`
      const columns = yield* here(operation, SqlText.columnNames(words, relation))
      const owner = yield* here(operation, SqlMarks.ofOwner(words, relation))
      return { columns, owner }
    }),

    marks: here("read who wrote each table", SqlMarks.all(words)),

    countsQuickly: false
  })
}

const measuring = "evaluate the check"

/**
 * Without it, MariaDB sorts only keys if a row's texts could exceed a kilobyte, and then looks up each row: three times the
 * work for texts that are short. MySQL has no such limit, and reads this as a comment.
 */
const sortingWhole = "/*M! SET STATEMENT max_length_for_sort_data = 8192 FOR */"
