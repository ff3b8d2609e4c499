import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { Erasure } from "../Erasure.ts"
import * as SqlBatch from "../sql/SqlBatch.ts"
import * as SqlErasure from "../sql/SqlErasure.ts"
import type { SqlSecrets } from "../sql/SqlSecrets.ts"
import * as FileTimes from "./FileTimes.ts"
import * as Fault from "./LibsqlFault.ts"
import * as Ddl from "./SqliteDdl.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/**
 * Erasure in an embedded store, whose transactions exclude each other. Afterwards both files of data are written anew, at the
 * cost of their size: what tables that were replaced have left on free pages is gone as well. It needs as much room again on
 * the disk while it does.
 */
export const make = (store: SqliteStore, secrets: SqlSecrets): Effect.Effect<Erasure["Type"]> =>
  Effect.provideService(SqlErasure.make(place(store), secrets), SqlClient, store.data.sql)

/** What an erasure, and a re-issue of mask ids, must know of an embedded store. */
export const place = ({ data, words }: SqliteStore): SqlErasure.Place => ({
  dialect: words.records,
  relation: (table) => Ddl.qualified(Ddl.schemaOf(table), table.name),
  present: data.use(
    (session) =>
      new Set(
        session
          .values(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' UNION SELECT name FROM sensitive.sqlite_master WHERE type = 'table'",
            []
          )
          .map(([name]) => String(name))
      )
  ),
  alone: (_tables, operation, effect) =>
    SqlBatch.translated(
      words.records,
      operation,
      data.withTransaction(Effect.zipRight(FileTimes.advance(data, operation), effect))
    ),
  scrub: Effect.mapError(
    data.use(({ database }) => {
      database.exec("VACUUM main")
      database.exec("VACUUM sensitive")
    }),
    (error) => Fault.translate("overwrite what was erased, which nobody can query any more, in the store's files", error)
  )
})
