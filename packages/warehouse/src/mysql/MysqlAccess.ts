import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as AccountGrants from "./AccountGrants.ts"
import * as Accounts from "./accounts.ts"
import { statementFailed } from "./errors.ts"
import type { MysqlPool } from "./MysqlPool.ts"

export interface Options extends Omit<AccountGrants.Options, "ask"> {
  readonly pool: MysqlPool
}

/**
 * What the pipeline's and the analyst's account may do, as far as `AccountGrants` finds it. USAGE, which is no privilege, is
 * left out, and with it the password's hash.
 */
export const find = Effect.fn("MysqlAccess.find")(function* (
  options: Options
): Effect.fn.Return<ReadonlyArray<Access>, WarehouseFailed> {
  const ask = (sql: string) => Effect.mapError(options.pool.sql.unsafe(sql).values, failed)
  const { grants } = yield* AccountGrants.find({ ...options, ask })
  return grants.map(({ account, lines, role, seen }) => ({
    subject: account,
    role,
    holds: Accounts.differenceOf(lines, []).revoke,
    seen
  }))
})

const failed = statementFailed("ask who may do what")
