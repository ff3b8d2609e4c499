import * as Effect from "effect/Effect"
import * as SqlBatch from "../sql/SqlBatch.ts"
import type * as SqlErasure from "../sql/SqlErasure.ts"
import * as FileTimes from "./FileTimes.ts"
import * as Fault from "./LibsqlFault.ts"
import type { SqliteStore } from "./SqliteStore.ts"

/**
 * What an erasure or a re-issue of mask ids needs from an embedded store, whose transactions exclude each other. Afterwards both
 * data files are rewritten, so the remains of replaced tables on free pages are gone too. It takes as much free disk space as the
 * files have.
 */
export const place = ({ data, words }: SqliteStore): SqlErasure.Place => ({
  dialect: words.records,
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
