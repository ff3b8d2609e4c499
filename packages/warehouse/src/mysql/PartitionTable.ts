import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import type { Dialect, Query } from "../sql/Dialect.ts"
import * as Structures from "../sql/Structures.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Deadlock from "./deadlock.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import { execute } from "./Publisher.ts"

/**
 * Creates a table that is not there, with its indexes, and returns whether it was there. Fails if the table has other columns than
 * declared. Call it under the table's lock, outside of a transaction.
 */
export const ensure = Effect.fn("PartitionTable.ensure")(function* (
  session: Session,
  dialect: Dialect,
  table: Table.Any
): Effect.fn.Return<boolean, WarehouseFailed> {
  const failed = statementFailed(`publish ${table.name}`)
  const ask = <A>(query: Query<A>) => {
    const { parameters, read, sql } = query(table)
    return Effect.mapBoth(session.connection.executeValues(sql, parameters), { onFailure: failed, onSuccess: read })
  }
  const found = yield* ask(dialect.find)
  if (found === undefined) {
    for (const statement of dialect.create(table)) {
      yield* Effect.mapError(Deadlock.retried(execute(session, statement)), failed)
    }
    return false
  }
  if (found.mark === dialect.mark(table)) return true
  const outdated = Structures.outdated(table, dialect, yield* ask(dialect.columns))
  return outdated === undefined ? true : yield* outdated
})
