import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import type * as UrlParameters from "@sluice/warehouse/UrlParameters"
import * as Human from "../render/Human.ts"
import type { Settings } from "./Settings.ts"

/** Names the sources and the store in one line, and how to use others. */
export const line = (settings: Settings): string => {
  const { origin } = settings.configured
  const own = [
    ...(origin?.sampleFor === undefined ? [] : [origin.sampleFor]),
    ...(settings.database._tag === "Sqlite" ? ["DATABASE_URL"] : [])
  ]
  const advice = own.length === 0 ? "" : ` Set ${Human.list(own)} in .env to use your own.`
  return `Using ${origin === undefined ? "" : `${origin.description} and `}${store(settings)}.${advice}`
}

/** Describes the store, without an account or password. */
export const store = ({ database }: Pick<Settings, "database">): string =>
  database._tag === "Sqlite"
    ? `the embedded store in ${database.directory}`
    : `the database ${database.database} on ${DatabaseUrl.placeOf(database)}${encryptionOf(database)}`

/** Describes the encryption of a connection. A connection within this machine needs none. */
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
