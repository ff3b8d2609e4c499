import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as Accounts from "./accounts.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import * as ShownGrants from "./ShownGrants.ts"
import type { Account } from "./UserQuery.ts"

export interface Options {
  readonly pool: MysqlPool
  readonly analyst: Account | undefined
}

/**
 * What the pipeline's and the analyst's account may do, each asked for its own grants: an analyst without a password here, or
 * whom the server refuses, is left out. USAGE, which is no privilege, is too, and with it the password's hash.
 */
export const find = Effect.fn("MysqlAccess.find")(function* ({
  analyst,
  pool
}: Options): Effect.fn.Return<ReadonlyArray<Access>, WarehouseFailed> {
  const pipeline = yield* ShownGrants.shownTo((sql) => Effect.mapError(pool.sql.unsafe(sql).values, failed))
  if (analyst === undefined) return [accessOf("pipeline", pipeline)]
  const shown = yield* Effect.flatMap(ShownGrants.askAs(analyst), ShownGrants.shownTo).pipe(
    Effect.scoped,
    Effect.catchIf(ShownGrants.isRefused, () => Effect.succeed(undefined))
  )
  return [accessOf("pipeline", pipeline), ...(shown === undefined ? [] : [accessOf("analyst", shown)])]
})

const failed = statementFailed("ask who may do what")

const accessOf = (role: Access["role"], { account, lines }: ShownGrants.ShownGrants): Access => ({
  subject: account,
  role,
  holds: Accounts.differenceOf(lines, []).revoke
})
