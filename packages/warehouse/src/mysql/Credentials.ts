import { createHash } from "node:crypto"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { MysqlUrl } from "../DatabaseUrl.ts"
import * as DirectConnection from "./DirectConnection.ts"

/** How passwords are sent to a server. */
export interface Options {
  readonly flavour: "MySQL" | "MariaDB"
  /**
   * Sends the password itself to MariaDB, which writes it to its logs. Default: its hash. MySQL always gets the password, and
   * keeps it out of its logs: https://dev.mysql.com/doc/refman/9.4/en/password-logging.html.
   */
  readonly inClear: boolean
}

/** An account's name, its password, and the server for test logins. */
export interface Login {
  readonly user: string
  readonly password: Redacted.Redacted
  readonly server: MysqlUrl
}

/** The credential of an account's host: the plugin, and the plugin's secret in hexadecimal. */
interface Credential {
  readonly host: string
  readonly plugin: string
  readonly stored: string
}

/**
 * Creates an account for `missing` hosts, and gives it the configured password on all of its hosts. Returns the existing hosts
 * whose password it set. If a login accepts the password, that host keeps it and the other hosts get the same.
 */
export const ensure = Effect.fnUntraced(function* (
  admin: DirectConnection.DirectConnection,
  login: Login,
  missing: ReadonlyArray<string>,
  options: Options
): Effect.fn.Return<ReadonlyArray<string>, SqlError> {
  const { password, user } = login
  const before = yield* credentials(admin, user)
  const accepted = before.length === 0 ? undefined : yield* hostOfLogin(login)
  const [first] = accepted === undefined ? [...before.map(({ host }) => host), ...missing] : [accepted]
  if (first === undefined) return []
  const secret = secretOf(password, options)
  const verb = before.length === 0 ? "CREATE USER IF NOT EXISTS" : "ALTER USER"
  if (accepted === undefined) yield* admin.query(`${verb} ?@? ${secret.clause}`, [user, first, ...secret.values])
  const reference = (yield* credentials(admin, user)).find(({ host }) => host === first)
  if (reference === undefined) return []
  // MySQL salts its hashes, so hosts surely have the same password only if their hashes are equal.
  const same = options.flavour === "MariaDB" ? secret : sameAs(reference)
  const native = Buffer.from(nativeHash(Redacted.value(password)))
    .toString("hex")
    .toUpperCase()
  const isRight = ({ plugin, stored }: Credential) =>
    (plugin === reference.plugin && stored === reference.stored) || (plugin === nativePlugin && stored === native)
  for (const host of missing.filter((host) => host !== first)) {
    yield* admin.query(`CREATE USER IF NOT EXISTS ?@? ${same.clause}`, [user, host, ...same.values])
  }
  const others = before.filter((credential) => credential.host !== first && !isRight(credential))
  for (const { host } of others) yield* admin.query(`ALTER USER ?@? ${same.clause}`, [user, host, ...same.values])
  return [...(accepted === undefined && before.length > 0 ? [first] : []), ...others.map(({ host }) => host)]
})

/** Whether the configured password logs in. */
export const isAccepted = (login: Login): Effect.Effect<boolean> =>
  Effect.map(hostOfLogin(login), (host) => host !== undefined)

/** MariaDB's hash of a password, as `mysql_native_password` keeps it: the SHA-1 of the SHA-1. Empty for no password. */
export const nativeHash = (password: string): string => {
  const sha1 = (bytes: string | Uint8Array) => createHash("sha1").update(bytes).digest()
  return password === "" ? "" : `*${sha1(sha1(password)).toString("hex").toUpperCase()}`
}

const nativePlugin = "mysql_native_password"

/** The end of a CREATE USER or ALTER USER, with its parameters. */
interface Identified {
  readonly clause: string
  readonly values: ReadonlyArray<string>
}

const secretOf = (password: Redacted.Redacted, { flavour, inClear }: Options): Identified =>
  flavour === "MariaDB" && !inClear
    ? { clause: "IDENTIFIED BY PASSWORD ?", values: [nativeHash(Redacted.value(password))] }
    : { clause: "IDENTIFIED BY ?", values: [Redacted.value(password)] }

const sameAs = ({ plugin, stored }: Credential): Identified => ({
  clause: `IDENTIFIED WITH ${plugin} AS ${stored === "" ? "''" : `0x${stored}`}`,
  values: []
})

const credentials = (admin: DirectConnection.DirectConnection, user: string) =>
  Effect.map(
    admin.query(
      "SELECT Host, plugin, HEX(authentication_string) FROM mysql.user WHERE User = ? AND plugin REGEXP '^[A-Za-z0-9_]*$' ORDER BY Host",
      [user]
    ),
    ({ rows }): ReadonlyArray<Credential> =>
      rows.map(([host, plugin, stored]) => ({
        host: String(host),
        plugin: String(plugin) === "" ? nativePlugin : String(plugin),
        stored: String(stored)
      }))
  )

/** The host of the entry that the server uses for this login; undefined if it refuses the login. */
const hostOfLogin = ({ password, server, user }: Login): Effect.Effect<string | undefined> =>
  Effect.flatMap(DirectConnection.open({ ...server, user, password, database: "" }), ({ query }) =>
    query("SELECT CURRENT_USER()")
  ).pipe(
    Effect.scoped,
    Effect.map(({ rows }) => {
      const account = String(rows[0]?.[0])
      const at = account.lastIndexOf("@")
      return account.slice(0, at) === user ? account.slice(at + 1) : undefined
    }),
    Effect.orElseSucceed(() => undefined)
  )
