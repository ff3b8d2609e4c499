import * as Effect from "effect/Effect"
import type { Driver, Tables } from "../sql/Dialect.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlOwners from "../sql/SqlOwners.ts"
import * as FileTimes from "./FileTimes.ts"
import type { LibsqlClient } from "./LibsqlClient.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/** The tables of an embedded store, whose transactions exclude each other. */
export const make = ({ data, words }: Pick<SqliteStore, "data" | "words">): Tables => {
  const { records } = words
  const here = SqlBatch.over(data.sql, records)
  return {
    dialect: records,
    reading: (operation, effect) => here(operation, effect(driver(data))),
    alone: (table, operation, effect) =>
      here(
        operation,
        data.withTransaction(
          SqlOwners.claim(records, [table.name], operation).pipe(
            Effect.zipRight(FileTimes.advance(data, operation)),
            Effect.zipRight(effect(driver(data)))
          )
        )
      )
  }
}

/** Statements of a connection, off the main thread. */
export const driver = ({ beside, use }: LibsqlClient): Driver => ({
  values: beside,
  affected: (sql, parameters) =>
    Effect.zipRight(
      beside(sql, parameters),
      use((session) => Number(session.values("SELECT changes()", [])[0]?.[0] ?? 0))
    )
})
