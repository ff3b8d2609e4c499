import * as dataset from "@sluice/assets/sample/dataset"
import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import type * as UrlParameters from "@sluice/warehouse/UrlParameters"
import * as Human from "../render/Human.ts"
import type { Settings } from "./Settings.ts"

/** Which API and which store are used, in one line, and how to use others. */
export const line = (settings: Settings): string => {
  const own = [
    ...(settings.apiUrl === undefined ? ["SPARK_API_URL"] : []),
    ...(settings.database._tag === "Sqlite" ? ["DATABASE_URL"] : [])
  ]
  const advice = own.length === 0 ? "" : ` Set ${Human.list(own)} in .env to use your own.`
  return `Using ${source(settings)} and ${store(settings)}.${advice}`
}

/** The API in words, without what a URL may hide. */
export const source = ({ apiUrl, proxies }: Settings): string => {
  if (apiUrl === undefined) return `the bundled sample API (${Human.plural(dataset.users.count, "user")})`
  const proxy = apiUrl.protocol === "https:" ? proxies.https : proxies.http
  const through = proxy === undefined ? "" : ` through the proxy ${proxy.name}`
  return `the API at ${apiUrl.origin}${apiUrl.pathname.replace(/\/$/, "")}${through}`
}

/** The store in words, without an account or password. */
export const store = ({ database }: Pick<Settings, "database">): string =>
  database._tag === "Sqlite"
    ? `the embedded store in ${database.directory}`
    : `the database ${database.database} on ${DatabaseUrl.placeOf(database)}${encryptionOf(database)}`

/** What is known of a connection before it is made; one within this machine needs no word. */
const encryptionOf = (url: DatabaseUrl.MysqlUrl): string => {
  const mode = DatabaseUrl.sslModeOf(url)
  return mode === "DISABLED" && DatabaseUrl.isLocal(url) ? "" : encryption[mode]
}

const encryption: Readonly<Record<UrlParameters.SslMode, string>> = {
  DISABLED: ", not encrypted",
  PREFERRED: ", encrypted if the server offers TLS",
  REQUIRED: ", encrypted, its certificate not checked",
  VERIFY_CA: ", encrypted, its certificate checked, the host's name not",
  VERIFY_IDENTITY: ", encrypted, its certificate and name checked"
}
