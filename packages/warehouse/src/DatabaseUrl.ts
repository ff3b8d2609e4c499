import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/** Where the warehouse is. */
export type DatabaseUrl = MysqlUrl | SqliteUrl

export interface MysqlUrl {
  readonly _tag: "Mysql"
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Redacted.Redacted
  /** Empty in an administrator's URL. */
  readonly database: string
}

export interface SqliteUrl {
  readonly _tag: "Sqlite"
  readonly directory: string
}

const forms = "Use mysql://user:password@host:port/database, or sqlite:DIRECTORY."

/** Reads a database URL. What is wrong with it is told without repeating it: it may hold a password. */
export const parse = (text: string): Either.Either<DatabaseUrl, string> => {
  if (text.startsWith("sqlite:")) {
    const directory = text.slice("sqlite:".length).replace(/^\/\/(?=\/)/, "")
    return directory === ""
      ? Either.left("names no directory. Use sqlite:DIRECTORY, for example sqlite:.sluice.")
      : Either.right({ _tag: "Sqlite", directory })
  }
  return Either.flatMap(parseServer(text), (url) =>
    url.database === "" ? Either.left(`names no database. ${forms}`) : Either.right(url)
  )
}

/** Reads an administrator's URL, which names a server and no database. */
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
  if (user === "") return Either.left(`names no user. ${forms}`)
  if (database !== "" && !/^[A-Za-z0-9_]{1,64}$/.test(database)) {
    return Either.left("names a database with characters other than letters, digits and _.")
  }
  return Either.right({
    _tag: "Mysql",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 3306 : Number(url.port),
    user,
    password: Redacted.make(password),
    database
  })
}

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
