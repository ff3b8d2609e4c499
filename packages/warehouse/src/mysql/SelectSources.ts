import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import { quote } from "./dialect.ts"
import { statementFailed } from "./errors.ts"
import type { Session } from "./MysqlPool.ts"
import { execute } from "./Publisher.ts"

/**
 * Fails if a SELECT reads a table or view outside of `allowed`, such as a mask table, since the pipeline's account can read
 * them all. The server itself lists the SELECT's tables, with full names, in the definition of a view over it. `view` is the name
 * of that view, which only the caller may use: by default it belongs to the holder of the table's lock.
 */
export const assertOnly = Effect.fn("SelectSources.assertOnly")(function* (
  session: Session,
  table: string,
  select: string,
  allowed: ReadonlySet<string>,
  view = `${table}__reads`
): Effect.fn.Return<void, WarehouseFailed> {
  const operation = `publish ${table}`
  const read = yield* Effect.mapError(sourcesOf(session, view, select), statementFailed(operation, " in the SELECT"))
  const others = [...read].filter((name) => !allowed.has(name)).sort()
  if (others.length === 0) return
  return yield* new WarehouseFailed({
    reason: "NotPermitted",
    operation,
    detail: `its SELECT reads ${others.join(", ")}, which \`from\` does not name. Add the asset to \`from\`, and write the name that \`select\` is given. Mask tables cannot be read. Nothing was run.`
  })
})

const sourcesOf = (session: Session, view: string, select: string): Effect.Effect<ReadonlySet<string>, SqlError> =>
  Effect.gen(function* () {
    yield* execute(session, `CREATE OR REPLACE SQL SECURITY INVOKER VIEW ${quote(view)} AS ${select}`)
    const [found] = yield* session.connection.executeValues(
      "SELECT DATABASE(), view_definition FROM information_schema.views WHERE table_schema = DATABASE() AND table_name = ?",
      [view]
    )
    return namesIn(String(found?.[1]), String(found?.[0]))
  }).pipe(Effect.ensuring(Effect.ignore(execute(session, `DROP VIEW IF EXISTS ${quote(view)}`))))

/** The names of a database's tables in a definition, where each is `` `database`.`table` ``. */
export const namesIn = (definition: string, database: string): ReadonlySet<string> => {
  const qualified = `${quote(database)}.\``
  const names = definition.split(qualified).slice(1)
  return new Set(names.map((rest) => (/^(?:[^`]|``)+/.exec(rest)?.[0] ?? "").replaceAll("``", "`")))
}
