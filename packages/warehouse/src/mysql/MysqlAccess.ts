import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as AccountGrants from "./AccountGrants.ts"
import { differenceOf } from "./GrantDifference.ts"
import type { MysqlPool } from "./MysqlPool.ts"
import * as ShownGrants from "./ShownGrants.ts"

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
  const { grants } = yield* AccountGrants.find({ ...options, ask: ShownGrants.askOver(options.pool.sql) })
  return grants.map(({ account, lines, role, seen }) => ({
    subject: account,
    role,
    holds: differenceOf(lines, []).revoke,
    seen
  }))
})
