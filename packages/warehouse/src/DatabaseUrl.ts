import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as StoreUrl from "./embedded/StoreUrl.ts"
import * as UrlParameters from "./UrlParameters.ts"

/** The address of the warehouse. */
export type DatabaseUrl = MysqlUrl | StoreUrl.SqliteUrl

export interface MysqlUrl {
  readonly _tag: "Mysql"
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Redacted.Redacted
  /** Empty in an administrator's URL. */
  readonly database: string
  /** If undefined: PREFERRED, or DISABLED for a server on this machine. */
  readonly sslMode?: UrlParameters.SslMode
  /** A PEM file of certificate authorities; if undefined, those that Node trusts. */
  readonly sslCa?: string
  /** The path of a unix socket, used instead of host and port. */
  readonly socket?: string
}

const forms = "Use mysql://user:password@host:port/database, or sqlite:DIRECTORY."

/** Parses a database URL. A problem is described without the URL, which may hold a password. */
export const parse = (text: string): Either.Either<DatabaseUrl, string> => {
  if (StoreUrl.isOne(text)) return StoreUrl.parse(text)
  return Either.flatMap(parseServer(text), (url) =>
    url.database === ""
      ? Either.left(`names no database. ${forms}`)
      : systemDatabases.includes(url.database.toLowerCase())
        ? Either.left(
            `names the system database "${url.database}". Name a database of the pipeline's own: it need not exist yet.`
          )
        : Either.right(url)
  )
}

/** The database on each server that records accounts. Only the administrator writes it. */
export const accountsDatabase = "sluice_admin"

const systemDatabases = ["mysql", "sys", "information_schema", "performance_schema", accountsDatabase]

/** Parses an administrator's URL, which names a server and no database. */
export const parseServer = (text: string): Either.Either<MysqlUrl, string> => {
  if (!URL.canParse(text))
    return Either.left(`is not a URL (a special character in a password must be percent-encoded). ${forms}`)
  const url = new URL(text)
  if (url.protocol !== "mysql:" && url.protocol !== "mariadb:") return Either.left(`begins with "${url.protocol}". ${forms}`)
  const database = decode(url.pathname.slice(1))
  const user = decode(url.username)
  const password = decode(url.password)
  if (database === undefined || user === undefined || password === undefined) {
    return Either.left("has a % that begins no escape. Percent-encode the special characters of user and password.")
  }
  if (url.hostname === "") return Either.left(`names no host. ${forms}`)
  // Drivers take port 0 for the default port, which would be another server than the one meant.
  if (url.port === "0") return Either.left(`names port 0. ${forms}`)
  if (user === "") return Either.left(`names no user. ${forms}`)
  if (database !== "" && !/^[A-Za-z0-9_]{1,64}$/.test(database)) {
    return Either.left("names a database with characters other than letters, digits and _.")
  }
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (password === localPlayPassword && !isLocalPlay(host)) {
    return Either.left(
      `has the password that is documented for local play, and "${host}" is not local. Set a password of your own.`
    )
  }
  return Either.map(UrlParameters.parse(url, host), (parameters) => ({
    _tag: "Mysql",
    host,
    port: url.port === "" ? 3306 : Number(url.port),
    user,
    password: Redacted.make(password),
    database,
    ...parameters
  }))
}

/** The mode of encryption of connections to a server, also if `ssl-mode` is left out. */
export const sslModeOf = (url: MysqlUrl): UrlParameters.SslMode => url.sslMode ?? (isLocal(url) ? "DISABLED" : "PREFERRED")

/** Whether connections to a server stay on this machine. */
export const isLocal = ({ host, socket }: MysqlUrl): boolean =>
  socket !== undefined || host.toLowerCase() === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host)

/** Formats a URL as text that `parse` reads. The text has the password. */
export const format = (url: MysqlUrl): string => {
  const { database, host, password, socket, user } = url
  const account = `${encodeURIComponent(user)}:${encodeURIComponent(Redacted.value(password))}`
  const parameters = UrlParameters.format(url)
  return `mysql://${account}@${socket === undefined ? placeOf(url) : host}/${database}${parameters}`
}

/** The host and port or socket of a server, without account and password. */
export const placeOf = ({ host, port, socket }: MysqlUrl): string =>
  socket === undefined ? `${host.includes(":") ? `[${host}]` : host}:${port}` : `the socket ${socket}`

/** The default password of docker-compose.yml. It is no secret, so it is refused for any server that others could reach. */
export const localPlayPassword = "local-play-only"

/** Whether a host is this machine or the server of the compose file. */
export const isLocalPlay = (host: string): boolean => ["localhost", "127.0.0.1", "::1", "mysql"].includes(host)

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
