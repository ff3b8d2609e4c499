import * as Effect from "effect/Effect"
import type { WarehouseFailed } from "../WarehouseFailed.ts"
import { quote } from "./dialect.ts"
import { differenceOf, type Grant } from "./GrantDifference.ts"
import type { Ask, ShownGrants } from "./ShownGrants.ts"

/**
 * The rights of a MySQL account by each role that every account has (`mandatory_roles`). SHOW GRANTS FOR the account does not
 * list them, and an account may not read a role's own grants. `account` is the mandatory role; the right can belong to a role
 * of that role.
 */
export const shownTo = Effect.fn("MandatoryRoles.shownTo")(function* (
  ask: Ask,
  own: ShownGrants
): Effect.fn.Return<ReadonlyArray<ShownGrants>, WarehouseFailed> {
  const [[setting] = []] = yield* ask("SELECT @@GLOBAL.mandatory_roles")
  return yield* Effect.forEach(namesIn(String(setting ?? "")), (account) =>
    Effect.map(
      // The server ignores a mandatory role that does not exist.
      Effect.catchIf(ask(`SHOW GRANTS FOR ${own.account} USING ${account}`), isNoRole, () => Effect.succeed([])),
      (rows) => {
        const together = rows.map(([line]) => String(line))
        const lines = differenceOf(together, heldIn(own.lines)).revoke.map((right) => `GRANT ${right} TO ${account}`)
        return { account, user: own.user, lines }
      }
    )
  )
})

/** The roles in the text of the setting, quoted: `staff`, `'staff'@'%'`, `"a","b"@localhost`. */
export const namesIn = (setting: string): ReadonlyArray<string> =>
  [...setting.matchAll(role)].map(([, name = "", host = "%"]) => `${quote(bare(name))}@${quote(bare(host))}`)

const word = /(`(?:[^`]|``)*`|'(?:[^']|'')*'|"(?:[^"]|"")*"|[^,@\s`'"]+)/.source
const role = new RegExp(`${word}(?:@${word})?`, "g")

const bare = (text: string): string => {
  const mark = /^[`'"]/.exec(text)?.[0]
  return mark === undefined ? text : text.slice(1, -1).replaceAll(mark + mark, mark)
}

const heldIn = (lines: ReadonlyArray<string>): ReadonlyArray<Grant> =>
  differenceOf(lines, []).revoke.map((right) => {
    const at = right.lastIndexOf(" ON ")
    return { privileges: right.slice(0, at).split(", "), on: right.slice(at + 4) }
  })

/** ER_ROLE_NOT_GRANTED, ER_UNKNOWN_AUTHID. */
const isNoRole = ({ reason }: WarehouseFailed): boolean => reason === "Other"
