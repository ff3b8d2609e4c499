import type * as Table from "@sluice/core/relation/Table"
import * as Either from "effect/Either"
import type { Dialect, Query } from "../sql/Dialect.ts"
import * as Structures from "../sql/Structures.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import type { Session } from "./LibsqlSession.ts"

/**
 * Creates a table that is not there, with its indexes, and returns whether it was there. Fails if the table has other columns
 * than declared. Two statements at most if it is as declared.
 */
export const ensure = (session: Session, dialect: Dialect, table: Table.Any): Either.Either<boolean, WarehouseFailed> => {
  const found = ask(session, dialect.find, table)
  if (found === undefined) {
    for (const statement of dialect.create(table)) session.run(statement, [])
    return Either.right(false)
  }
  if (found.mark === dialect.mark(table)) return Either.right(true)
  const outdated = Structures.outdated(table, dialect, ask(session, dialect.columns, table))
  return outdated === undefined ? Either.right(true) : Either.left(outdated)
}

/** Asks the catalogue about a table. */
export const ask = <A>(session: Session, query: Query<A>, table: Table.Any): A => {
  const { parameters, read, sql } = query(table)
  return read(session.values(sql, parameters))
}
