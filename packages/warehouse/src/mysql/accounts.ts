import type { SqlError } from "@effect/sql/SqlError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import { WarehouseFailed } from "../WarehouseFailed.ts"
import * as AccountRecord from "./AccountRecord.ts"
import * as Credentials from "./Credentials.ts"
import type * as DirectConnection from "./DirectConnection.ts"
import { differenceOf, type Grant } from "./GrantDifference.ts"

/** An account and its purpose, for the lines of the report. */
export interface Account {
  readonly role: string
  /** The setting that names it. */
  readonly setting: string
  readonly user: string
  readonly password: Redacted.Redacted
  readonly grants: ReadonlyArray<Grant>
  /** Grants that other pipelines of the database may have given to it. Only they revoke them. */
  readonly byOthers: ReadonlyArray<Grant>
}

type Done = Effect.Effect<ReadonlyArray<string>, SqlError>

/** Where an account is created, and for which pipeline. */
export interface Place {
  readonly admin: DirectConnection.DirectConnection
  /** The pipeline's URL: its server is used for test logins, and its database owns the account. */
  readonly pipeline: MysqlUrl
  readonly name: string
  /** Whether an account that this program did not create may be adopted. It loses its other grants. */
  readonly adopt: boolean
  readonly passwords: Credentials.Options
}

/**
 * Decides whether an account may be provisioned, and changes nothing. Returns a line if it will be adopted or shared. The
 * account may be used if it does not exist, is recorded for this pipeline, or has the configured password and no undeclared
 * right; otherwise only with `adopt`. Pipelines of one database share an account if they know its password. The account of
 * another database's pipeline is refused.
 */
export const claim = Effect.fnUntraced(function* (
  { admin, adopt, name, pipeline }: Place,
  account: Account
): Effect.fn.Return<ReadonlyArray<string>, SqlError | WarehouseFailed> {
  const { grants, password, role, setting, user } = account
  const owners = yield* AccountRecord.ownersOf(admin, user, pipeline.database)
  const [elsewhere] = owners.filter(({ database }) => database !== pipeline.database)
  if (elsewhere !== undefined) {
    return yield* refused(
      `${role} "${user}" belongs to the pipeline of the database "${elsewhere.database}" on this server. Nothing was changed. Name an account of its own in ${setting}.`
    )
  }
  if (owners.some((owner) => owner.pipeline === name)) return []
  if (owners.length > 0) {
    const others = owners.map((owner) => `"${owner.pipeline}"`).join(" and ")
    if (yield* Credentials.isAccepted({ user, password, server: pipeline })) {
      return [`shares ${role} "${user}" with the pipeline ${others}`]
    }
    return yield* refused(
      `${role} "${user}" belongs to the pipeline ${others} of this database, and has another password than the configured one. Nothing was changed. Configure the password that it has, or name an account of its own in ${setting}.`
    )
  }
  const hosts = yield* hostsOf(admin, user)
  if (hosts.length === 0) return []
  const shown = yield* Effect.forEach(hosts, (host) => grantsOf(admin, user, host))
  const excess = shown.flatMap((lines) => differenceOf(lines, grants).revoke)
  const isDeclared = excess.length === 0 && shown.every((lines) => lackingOf(lines, grants) < lackingOf([], grants))
  if (isDeclared && (yield* Credentials.isAccepted({ user, password, server: pipeline }))) {
    return [`took over ${role} "${user}", which had the configured password and declared rights only`]
  }
  if (adopt) return [`adopted ${role} "${user}", which existed`]
  const loses = excess.length === 0 ? "" : `, and it would lose ${[...new Set(excess)].join("; ")}`
  return yield* refused(
    `${role} "${user}" exists, and this program did not create it. Nothing was changed. Name another account in ${setting}; or run \`sluice provision --adopt\`: the account gets the configured password on all its hosts${loses}.`
  )
})

/** The number of wanted privileges that lines of SHOW GRANTS lack. */
const lackingOf = (lines: ReadonlyArray<string>, wanted: ReadonlyArray<Grant>): number =>
  differenceOf(lines, wanted).grant.reduce((sum, { privileges }) => sum + privileges.length, 0)

const refused = (detail: string) =>
  new WarehouseFailed({ reason: "Misconfigured", operation: "provision the accounts", detail })

/**
 * Records an account as this pipeline's, creates it for all required hosts, and sets the configured password on each. Returns a
 * line for each step.
 */
export const ensure = ({ admin, name, passwords, pipeline }: Place, { password, role, user }: Account): Done =>
  Effect.gen(function* () {
    // First, so that every account that this program has created is recorded.
    yield* AccountRecord.record(admin, user, { database: pipeline.database, pipeline: name })
    const there = new Set(yield* hostsOf(admin, user))
    const missing = (yield* hostsFor(admin)).filter((host) => !there.has(host))
    const set = yield* Credentials.ensure(admin, { user, password, server: pipeline }, missing, passwords)
    return [
      ...(missing.length === 0 ? [] : [`created ${role} "${user}" for connections from ${missing.join(", ")}`]),
      ...(set.length === 0 ? [] : [`set the password of ${role} "${user}" for connections from ${set.join(", ")}`])
    ]
  })

/**
 * Grants an account's missing rights and revokes all other rights, on all its hosts, except grants that other pipelines of the
 * database may have given. Returns a line for each.
 */
export const reconcile = (admin: DirectConnection.DirectConnection, account: Account): Done =>
  Effect.gen(function* () {
    const { byOthers, grants, role, user } = account
    const lines: Array<string> = []
    for (const host of yield* hostsOf(admin, user)) {
      const difference = differenceOf(yield* grantsOf(admin, user, host), grants, byOthers)
      const to = [user, host]
      const revoke = Effect.fnUntraced(function* (excess: string) {
        yield* admin.query(`REVOKE ${excess} FROM ?@?`, to)
        lines.push(`revoked ${excess} from ${role} "${user}"`)
      })
      // ALL PRIVILEGES includes the granted rights. Otherwise grants come first, so that allowed rights are never refused.
      const [others, all] = Arr.partition(difference.revoke, (excess) => excess.startsWith("ALL PRIVILEGES "))
      yield* Effect.forEach(all, revoke)
      for (const { on, privileges } of difference.grant) {
        yield* admin.query(`GRANT ${privileges.join(", ")} ON ${on} TO ?@?`, to)
        lines.push(`granted ${privileges.join(", ")} on ${on} to ${role} "${user}"`)
      }
      yield* Effect.forEach(others, revoke)
    }
    return [...new Set(lines)]
  })

/**
 * `%`, and each host for which the server has an account without a name. A fresh MariaDB prefers those over `'user'@'%'` for
 * connections from their host.
 */
const hostsFor = (admin: DirectConnection.DirectConnection) =>
  Effect.map(hostsOf(admin, ""), (anonymous) => [...new Set(["%", "localhost", ...anonymous])])

const grantsOf = (admin: DirectConnection.DirectConnection, user: string, host: string) =>
  Effect.map(admin.query("SHOW GRANTS FOR ?@?", [user, host]), ({ rows }) => rows.map(([line]) => String(line)))

const hostsOf = (admin: DirectConnection.DirectConnection, user: string) =>
  Effect.map(admin.query("SELECT Host FROM mysql.user WHERE User = ? ORDER BY Host", [user]), ({ rows }) =>
    rows.map(([host]) => String(host))
  )
