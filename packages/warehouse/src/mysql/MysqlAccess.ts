import * as Effect from "effect/Effect"
import type { Access } from "../Access.ts"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import * as AccountGrants from "./AccountGrants.ts"
import { differenceOf } from "./GrantDifference.ts"

/**
 * The rights of the pipeline's and the analyst's account, as `AccountGrants` finds them, and the rights of every account.
 * USAGE, which is no privilege, is left out, and with it the password's hash.
 */
export const find = Effect.fn("MysqlAccess.find")(function* (
  options: AccountGrants.Options
): Effect.fn.Return<ReadonlyArray<Access>, WarehouseFailed> {
  const { everybody, grants } = yield* AccountGrants.find(options)
  return [
    ...grants.map(
      ({ account, lines, role, seen }): Access => ({
        subject: account,
        role,
        holds: differenceOf(lines, []).revoke,
        seen
      })
    ),
    ...(everybody.length === 0
      ? []
      : [{ subject: "every account", role: "everybody", holds: everybody, seen: "everything" } as const])
  ]
})
