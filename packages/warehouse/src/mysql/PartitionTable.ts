import type * as Table from "@sluice/core/relation/Table"
import * as Effect from "effect/Effect"
import * as Structures from "../sql/Structures.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Ddl from "./ddl.ts"
import * as Deadlock from "./deadlock.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import type { MysqlServer } from "./MysqlServer.ts"
import { execute } from "./Publisher.ts"
import * as Structure from "./Structure.ts"

/**
 * Creates a table that is not there, with its indexes, and returns whether it was there. Fails if the table has other columns than
 * declared. Call it under the table's lock, outside of a transaction.
 */
export const ensure = Effect.fn("PartitionTable.ensure")(function* (
  session: Session,
  table: Table.Any,
  server: MysqlServer
): Effect.fn.Return<boolean, WarehouseFailed> {
  const failed = statementFailed(`publish ${table.name}`)
  const [found] = yield* Effect.mapError(
    session.connection.executeValues(
      "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
      [table.name]
    ),
    failed
  )
  if (found === undefined) {
    yield* Effect.mapError(Deadlock.retried(execute(session, Ddl.createIndexedTable(table, server))), failed)
    return false
  }
  const declared = Structure.ofTable(table)
  if (String(found[0]) === Structure.mark(declared)) return true
  const columns = yield* Effect.mapError(session.connection.executeValues(selectColumns, [table.name]), failed)
  const structure = Structure.ofDatabase(columns, [], server.collation).get(table.name)
  const problem = problemOf(declared.columns, structure?.columns ?? new Map())
  return problem === undefined ? true : yield* Structures.outdated(table, problem)
})

const selectColumns =
  "SELECT table_name, column_name, column_type, is_nullable, collation_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position"

type Columns = ReadonlyMap<string, string>

/** Names the first column that is not as declared. */
const problemOf = (declared: Columns, found: Columns): string | undefined => {
  for (const [name, type] of declared) {
    const other = found.get(name)
    if (other === undefined) return Structures.missing(name)
    if (other !== type) return Structures.otherType(name)
  }
  const more = [...found.keys()].find((name) => !declared.has(name))
  return more === undefined ? undefined : Structures.undeclared(more)
}
