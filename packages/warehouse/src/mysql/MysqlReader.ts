import type { SqlError } from "@effect/sql/SqlError"
import type * as Table from "@sluice/core/relation/Table"
import type * as View from "@sluice/core/relation/View"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { rowsOf } from "../internal/rowsOf.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Ddl from "./ddl.ts"
import { rowDecoder } from "./encoding.ts"
import { faultOf, statementFailed } from "./errors.ts"
import type { MysqlPool, Session } from "./MysqlPool.ts"

/** The rows of a table or view, in one snapshot for all pages: a publish waits until the reader has ended. */
export const rows = <T extends Table.Any | View.Any>(
  pool: MysqlPool,
  relation: T
): Stream.Stream<ReadonlyArray<Table.Row<T>>, WarehouseFailed> => {
  const failed = statementFailed(`read ${relation.name}`)
  const decode = rowDecoder(relation.columns)
  const pages = (session: Session) => {
    const select = (sql: string, parameters: ReadonlyArray<unknown>) =>
      Effect.mapError(Effect.retry(session.connection.execute(sql, parameters, undefined), passing), failed)
    if (relation._tag === "View" || relation.primaryKey.length === 0)
      return Stream.fromEffect(select(Ddl.selectFrom(relation), []))
    const { primaryKey } = relation
    return Stream.paginateEffect(Option.none<ReadonlyArray<unknown>>(), (after) =>
      Effect.map(
        select(
          Ddl.selectPage(relation, { first: Option.isNone(after), size: pageSize }),
          Option.match(after, { onNone: () => [], onSome: Ddl.keyParameters })
        ),
        (rows) => {
          const last = rows.length < pageSize ? undefined : rows.at(-1)
          return [rows, last === undefined ? Option.none() : Option.some(Option.some(primaryKey.map((key) => last[key])))]
        }
      )
    )
  }
  return Stream.unwrapScoped(Effect.map(Effect.mapError(snapshot(pool), failed), pages)).pipe(
    Stream.filter((rows) => rows.length > 0),
    Stream.map((rows) => rowsOf<T>(rows.map(decode)))
  )
}

const pageSize = 5_000

/**
 * MySQL 9.7 sometimes misses the file of a table that was just swapped (ER_TABLESPACE_MISSING). The transaction survives that. A
 * deadlock ends the transaction and its snapshot, so no page may be read again then.
 */
const passing = {
  while: (error: SqlError) => faultOf(error.cause).errno === 1812,
  schedule: Schedule.intersect(Schedule.spaced("20 millis"), Schedule.recurs(10))
}

/** A connection in a read-only transaction. The scope ends both. */
const snapshot = (pool: MysqlPool) =>
  Effect.tap(pool.reserve, ({ connection, destroy }) =>
    Effect.acquireRelease(connection.executeUnprepared("START TRANSACTION READ ONLY", [], undefined), () =>
      Effect.catchAll(connection.executeUnprepared("ROLLBACK", [], undefined), () => destroy)
    )
  )
