import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import * as DirectConnection from "./DirectConnection.ts"

/** What an account is to have: privileges on a database (`*`) or a table, quoted as GRANT wants it. */
export interface Grant {
  readonly privileges: ReadonlyArray<string>
  readonly on: string
}

/** An account by what it is for, for the lines that tell what was done. */
export interface Account {
  readonly role: string
  readonly user: string
  readonly password: Redacted.Redacted
  readonly grants: ReadonlyArray<Grant>
}

type Done = Effect.Effect<ReadonlyArray<string>, SqlError>

/**
 * Creates an account for all the hosts it must have, and sets its password where logging in with it does not work. Answers
 * a line for what it did.
 */
export const ensure = (admin: DirectConnection.DirectConnection, account: Account, login: MysqlUrl): Done =>
  Effect.gen(function* () {
    const { password, role, user } = account
    const there = new Set(yield* hostsOf(admin, user))
    const missing = (yield* hostsFor(admin)).filter((host) => !there.has(host))
    for (const host of missing) {
      yield* admin.query("CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ?", [user, host, Redacted.value(password)])
    }
    const created = missing.length === 0 ? [] : [`created ${role} "${user}" for connections from ${missing.join(", ")}`]
    if (there.size === 0 || (yield* canLogIn({ ...login, user, password, database: "" }))) return created
    for (const host of there) {
      yield* admin.query("ALTER USER ?@? IDENTIFIED BY ?", [user, host, Redacted.value(password)])
    }
    return [...created, `set the password of ${role} "${user}"`]
  })

/** Gives an account what it lacks and takes everything else from it, on all its hosts. Answers a line for each. */
export const reconcile = (admin: DirectConnection.DirectConnection, account: Account): Done =>
  Effect.gen(function* () {
    const { grants, role, user } = account
    const lines: Array<string> = []
    for (const host of yield* hostsOf(admin, user)) {
      const shown = yield* admin.query("SHOW GRANTS FOR ?@?", [user, host])
      const difference = differenceOf(
        shown.rows.map(([line]) => String(line)),
        grants
      )
      const to = [user, host]
      // Granting first: what stays allowed is at no time refused.
      for (const { on, privileges } of difference.grant) {
        yield* admin.query(`GRANT ${privileges.join(", ")} ON ${on} TO ?@?`, to)
        lines.push(`granted ${privileges.join(", ")} on ${on} to ${role} "${user}"`)
      }
      for (const revoke of difference.revoke) {
        yield* admin.query(`REVOKE ${revoke} FROM ?@?`, to)
        lines.push(`revoked ${revoke} from ${role} "${user}"`)
      }
    }
    return [...new Set(lines)]
  })

/** What must be granted, and what revoked (as REVOKE takes it), so that lines of SHOW GRANTS become what is wanted. */
export const differenceOf = (lines: ReadonlyArray<string>, wanted: ReadonlyArray<Grant>) => {
  const lacking = new Map(wanted.map(({ on, privileges }) => [on, new Set(privileges)]))
  const allowed = new Map(wanted.map(({ on, privileges }) => [on, new Set(privileges)]))
  const revoke: Array<string> = []
  for (const line of lines) {
    const [, what = "", on, options = ""] = grantLine.exec(line) ?? []
    if (on === undefined) {
      const [, roles] = roleLine.exec(line) ?? []
      if (roles !== undefined) revoke.push(roles)
      continue
    }
    const kept = allowed.get(on)
    const excess = splitPrivileges(what).filter((privilege) => {
      lacking.get(on)?.delete(privilege)
      return privilege !== "USAGE" && !(kept?.has(privilege) ?? false)
    })
    if (excess.length > 0) revoke.push(`${excess.join(", ")} ON ${on}`)
    if (/GRANT OPTION/.test(options)) revoke.push(`GRANT OPTION ON ${on}`)
  }
  const grant = [...lacking].flatMap(([on, privileges]) =>
    privileges.size === 0 ? [] : [{ on, privileges: [...privileges] }]
  )
  return { grant, revoke }
}

const grantLine =
  /^GRANT (.+?) ON ((?:(?:TABLE|FUNCTION|PROCEDURE|PACKAGE|PACKAGE BODY) )?(?:\*|`(?:[^`]|``)*`)\.(?:\*|`(?:[^`]|``)*`)) TO \S+(.*)$/
const roleLine = /^GRANT (`(?:[^`]|``)*`(?:@`[^`]*`)?(?:, ?`(?:[^`]|``)*`(?:@`[^`]*`)?)*) TO /

/** At the commas that are not inside of a list of columns. */
const splitPrivileges = (list: string): ReadonlyArray<string> => list.split(/,\s*(?![^(]*\))/)

/**
 * Everywhere, and by name wherever the server has an account without a name: those of a fresh MariaDB are taken before
 * `'user'@'%'` when a connection comes from their host.
 */
const hostsFor = (admin: DirectConnection.DirectConnection) =>
  Effect.map(hostsOf(admin, ""), (anonymous) => [...new Set(["%", "localhost", ...anonymous])])

const hostsOf = (admin: DirectConnection.DirectConnection, user: string) =>
  Effect.map(admin.query("SELECT Host FROM mysql.user WHERE User = ? ORDER BY Host", [user]), ({ rows }) =>
    rows.map(([host]) => String(host))
  )

const canLogIn = (url: MysqlUrl) =>
  DirectConnection.open(url).pipe(
    Effect.scoped,
    Effect.as(true),
    Effect.orElseSucceed(() => false)
  )
