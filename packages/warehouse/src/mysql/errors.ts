import { SqlError } from "@effect/sql/SqlError"
import * as Predicate from "effect/Predicate"
import { type MysqlUrl, placeOf, sslModeOf } from "../DatabaseUrl.ts"
import { type Reason, WarehouseFailed } from "../WarehouseFailed.ts"

/** The parts of a driver's error that are kept: its codes. Its message quotes values and statements, and is dropped. */
export interface Fault {
  /** `ER_DUP_ENTRY`, `ECONNRESET`; `UNKNOWN` if there is none. */
  readonly code: string
  /** The server's number; undefined for errors of the network or the driver. */
  readonly errno: number | undefined
  /** Whether the connection is lost too. */
  readonly fatal: boolean
  /** The lengths in bytes, if the statement was too long for the server. */
  readonly packet?: Packet
}

/** The length of a statement with its values, and the server's limit. */
export interface Packet {
  readonly length: number
  readonly limit: number
}

/** The minimum number of connections of a run, and the number that it uses if allowed. */
export const fewestConnections = 4
export const mostConnections = 20

/** Our code for a connection whose character set is not utf8mb4 after it was set. */
export const differentCharacterSet = "DIFFERENT_CHARACTER_SET"

/** Our code for an `ssl-ca` that is unreadable, or holds no certificate. */
export const unreadableAuthorities = "UNREADABLE_SSL_CA"

/** The driver's code for a server without TLS, if TLS is required. */
export const noTls = "HANDSHAKE_NO_SSL_SUPPORT"

/** Reads the codes of a driver's error. */
export const faultOf = (cause: unknown): Fault => {
  const inner = Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors) ? cause.errors[0] : undefined
  const code = stringIn(cause, "code") ?? stringIn(inner, "code")
  const errno = Predicate.hasProperty(cause, "errno") && typeof cause.errno === "number" ? cause.errno : undefined
  const timedOut = code === undefined && Predicate.isError(cause) && cause.message === "connection timeout"
  return {
    code: code === failedTls ? tlsCodeOf(cause) : (code ?? (timedOut ? "ETIMEDOUT" : "UNKNOWN")),
    errno: errno !== undefined && errno > 0 ? errno : undefined,
    ...packetIn(cause),
    fatal: timedOut || (Predicate.hasProperty(cause, "fatal") && cause.fatal === true)
  }
}

const packetIn = (cause: unknown): Pick<Fault, "packet"> => {
  const packet = Predicate.hasProperty(cause, "packet") ? cause.packet : undefined
  return Predicate.hasProperty(packet, "length") &&
    Predicate.hasProperty(packet, "limit") &&
    typeof packet.length === "number" &&
    typeof packet.limit === "number"
    ? { packet: { length: packet.length, limit: packet.limit } }
    : {}
}

/**
 * The error for a statement that is longer than the server accepts. Servers close the connection, some with
 * ER_NET_PACKET_TOO_LARGE.
 */
export const packetTooLarge = (packet: Packet): SqlError => sqlError({ code: tooLarge, fatal: true, packet })

const tooLarge = "PACKET_TOO_LARGE"

const failedTls = "HANDSHAKE_SSL_ERROR"

/** The driver has one code for all TLS errors. The matched texts are OpenSSL's and Node's. */
const tlsCodeOf = (cause: unknown): string => {
  if (Predicate.hasProperty(cause, "cert") && Predicate.hasProperty(cause, "host")) return "CERTIFICATE_OF_ANOTHER_HOST"
  const text = Predicate.isError(cause) ? cause.message : ""
  if (/^certificate (has expired|is not yet valid)/.test(text)) return "CERTIFICATE_NOT_VALID_NOW"
  return /certificate/.test(text) ? "CERTIFICATE_NOT_TRUSTED" : failedTls
}

/** Each TLS error by code, with the remedy. */
const tlsProblems = new Map<string, (setting: string) => string>([
  [
    noTls,
    (setting) =>
      `the server offers no TLS, which ssl-mode demands. Nothing was sent. Set TLS up on the server; only ssl-mode=PREFERRED or DISABLED in ${setting} does without.`
  ],
  [
    "CERTIFICATE_OF_ANOTHER_HOST",
    (setting) => `its certificate is for another host. Correct the host in ${setting}, or use ssl-mode=VERIFY_CA.`
  ],
  ["CERTIFICATE_NOT_VALID_NOW", () => "its certificate has expired, or is not valid yet. Renew it on the server."],
  [
    "CERTIFICATE_NOT_TRUSTED",
    (setting) => `its certificate is signed by no authority that is trusted. Name the right one in ssl-ca of ${setting}.`
  ],
  [failedTls, () => "TLS could not be set up. Check that the server has TLS 1.2 or later."],
  [unreadableAuthorities, (setting) => `the file in ssl-ca of ${setting} cannot be read, or has no certificate in PEM.`]
])

/** The same error with only its codes as the cause: safe for spans and logs. */
export const withoutValues = (error: SqlError): SqlError => sqlError(error.cause)

/** A driver's error as an `SqlError` that is safe for spans and logs. */
export const sqlError = (cause: unknown): SqlError => {
  const fault = faultOf(cause)
  return new SqlError({ cause: fault, message: fault.code })
}

/** Translates a failed statement. `doing` is its purpose: `publish orders`. */
export const statementFailed =
  (doing: string, where = "") =>
  (error: SqlError): WarehouseFailed => {
    const fault = faultOf(error.cause)
    const reason = reasonOf(fault)
    if (fault.packet !== undefined) {
      const { length, limit } = fault.packet
      return new WarehouseFailed({
        reason,
        operation: doing,
        detail: `a statement of ${mebibytes(length)} was too long for the server${where}, which takes ${mebibytes(limit)} (max_allowed_packet). Its administrator raises that: SET GLOBAL max_allowed_packet = ${2 ** Math.ceil(Math.log2(length + 1))}, and in the server's configuration.`
      })
    }
    const detail = `${particular.get(fault.errno ?? 0) ?? explanations[reason]} (${fault.code}${fault.code === "UNKNOWN" ? `, ${fault.errno ?? "no number"}` : ""})`
    return new WarehouseFailed({ reason, operation: doing, detail: `${detail}${where}.${advice[reason] ?? ""}` })
  }

/** Translates a refused connection, with the setting to correct. Never holds the password. */
export const connectFailed =
  (url: MysqlUrl, setting: string) =>
  (error: SqlError): WarehouseFailed => {
    const fault = faultOf(error.cause)
    const failed = (reason: Reason, detail: string) =>
      new WarehouseFailed({ reason, operation: `connect to the database server at ${placeOf(url)}`, detail })
    const tls = tlsProblems.get(fault.code)
    if (tls !== undefined) return failed("Misconfigured", `${tls(setting)} (${fault.code})`)
    // ER_SECURE_TRANSPORT_REQUIRED
    if (fault.errno === 3159) {
      return failed(
        "Misconfigured",
        `it takes encrypted connections only (${fault.code}). Add ssl-mode=VERIFY_IDENTITY, VERIFY_CA or REQUIRED to ${urlSetting(setting)}.`
      )
    }
    const provision = "or set DATABASE_ADMIN_URL and run `sluice provision`"
    if (fault.errno === 1045 || fault.errno === 1130 || fault.errno === 1698) {
      const remedy = setting === "DATABASE_ADMIN_URL" ? "" : `, ${provision}, which creates the account`
      const plain =
        url.socket === undefined && sslModeOf(url) === "DISABLED"
          ? ` If it takes encrypted connections only (REQUIRE SSL, require_secure_transport), add ssl-mode=REQUIRED or better to ${urlSetting(setting)}.`
          : ""
      return failed(
        "AccessDenied",
        `it refuses the user "${url.user}" (${fault.code}). Correct ${setting}${remedy}.${plain}`
      )
    }
    if (fault.errno === 1049 || fault.errno === 1044) {
      return failed(
        "Missing",
        `there is no database "${url.database}" that the user "${url.user}" may use (${fault.code}). Correct ${setting}, ${provision}, which creates the database.`
      )
    }
    if (fault.code === "ENOTFOUND" || fault.code === "EAI_AGAIN") {
      return failed("Unreachable", `the name of the host is not known (${fault.code}). Correct the host in ${setting}.`)
    }
    if (fault.code === differentCharacterSet) {
      return failed(
        "Misconfigured",
        `the connection does not use utf8mb4 although it was set, so text would be misread. If there is a proxy before the server, let it pass SET NAMES through, or name the server itself in ${setting}.`
      )
    }
    if (isTooMany(error)) {
      return failed(
        "Unreachable",
        `${tooMany} (${fault.code}). A run needs ${fewestConnections} connections, and uses up to ${mostConnections}. Wait for others to end, or have the limit raised.`
      )
    }
    if (reasonOf(fault) === "Unreachable") {
      return failed(
        "Unreachable",
        `nothing answers there (${fault.code}). Start the server, or correct ${url.socket === undefined ? "host and port" : "the socket"} in ${urlSetting(setting)}.`
      )
    }
    return failed("Other", `it answered ${fault.code}. Check that ${setting} names a MySQL or MariaDB server.`)
  }

/** The analyst's connections have the parameters of the pipeline's URL. */
const urlSetting = (setting: string) => (setting === "DATABASE_ADMIN_URL" ? setting : "DATABASE_URL")

/** Numbers are the servers' (https://dev.mysql.com/doc/mysql-errors/9.4/en, https://mariadb.com/kb/en/mariadb-error-codes). */
export const reasonOf = (fault: Fault): Reason => {
  if (fault.errno !== undefined) {
    const known = byNumber.get(fault.errno)
    if (known !== undefined) return known
  }
  if (fault.code === differentCharacterSet || fault.code === tooLarge || tlsProblems.has(fault.code)) return "Misconfigured"
  return fault.fatal || lostConnection.test(fault.code) ? "Unreachable" : "Other"
}

const lostConnection =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|PROTOCOL_(CONNECTION_LOST|ENQUEUE|SEQUENCE_TIMEOUT)|POOL_CLOSED)/

const numbers: ReadonlyArray<readonly [Reason, ReadonlyArray<number>]> = [
  ["Unreachable", [1040, 1203, 1226, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031]],
  ["Conflict", [1205, 1213, 1020, 1412, 1613, 1614, 3572]],
  ["TimedOut", [1317, 1969, 3024]],
  ["NotPermitted", [1044, 1045, 1095, 1142, 1143, 1227, 1345, 1370, 1410, 1792]],
  ["Missing", [1046, 1049, 1051, 1146]],
  ["DiskFull", [1021, 1114, 3675]],
  ["RowRejected", [1048, 1062, 1153, 1264, 1265, 1292, 1300, 1364, 1366, 1367, 1406, 1411, 1525, 1586, 3854]],
  ["Misconfigured", [1290, 1836]],
  ["Drift", [1050, 1054, 1136, 1347, 1356, 1664]]
]

const byNumber: ReadonlyMap<number, Reason> = new Map(
  numbers.flatMap(([reason, list]) => list.map((number) => [number, reason] as const))
)

const explanations: Readonly<Record<Reason, string>> = {
  Unreachable: "the connection to the server was lost",
  Conflict: "another transaction held what it needs",
  TimedOut: "the statement was stopped",
  AccessDenied: "the server refused the account",
  NotPermitted: "the account may not do this",
  Missing: "a table or database that it needs does not exist",
  DiskFull: "the server has no room left",
  RowRejected: "the server refused a row",
  Drift: "what is in the database is not what is declared",
  Outdated: "somebody was erased while it was under way",
  Misconfigured: "the server is not set up for this",
  Other: "the server refused the statement"
}

const tooMany =
  "the server lets no more connections in, by its own limit (max_connections) or the account's (max_user_connections)"

const forbidden = "an option of the server forbids it, such as read_only"

/** Errors whose kind alone would mislead, by the server's number. */
const particular: ReadonlyMap<number, string> = new Map([
  [1040, tooMany],
  [1203, tooMany],
  [1226, tooMany],
  [1290, forbidden],
  [1836, forbidden]
])

/** Whether the server refuses connections because it has too many. */
export const isTooMany = (error: SqlError): boolean => particular.get(faultOf(error.cause).errno ?? 0) === tooMany

/** Whether a row has the key of another one: ER_DUP_ENTRY, by its number or with the key's name. */
export const isDuplicate = (error: SqlError): boolean => duplicate.includes(faultOf(error.cause).errno ?? 0)

const duplicate = [1062, 1586]

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const advice: Readonly<Partial<Record<Reason, string>>> = {
  NotPermitted: " If the pipeline's own account lacks a privilege, `sluice provision` grants it.",
  Missing: " Materialize what makes the table, or run `sluice provision`.",
  DiskFull: " Free some space on the database server and run again.",
  Drift:
    " If a table or view was changed by hand, materialize it again. The next run brings tables of an earlier version up to date."
}

const stringIn = (value: unknown, key: string): string | undefined => {
  if (!Predicate.hasProperty(value, key)) return undefined
  const found = value[key]
  return typeof found === "string" && /^[A-Z][A-Z0-9_]*$/.test(found) ? found : undefined
}
