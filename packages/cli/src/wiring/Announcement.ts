import * as dataset from "@sluice/assets/sample/dataset"
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
export const source = ({ apiUrl }: Settings): string =>
  apiUrl === undefined
    ? `the bundled sample API (${Human.plural(dataset.users.count, "user")})`
    : `the API at ${apiUrl.origin}${apiUrl.pathname.replace(/\/$/, "")}`

/** The store in words, without an account or password. */
export const store = ({ database }: Settings): string =>
  database._tag === "Sqlite"
    ? `the embedded store in ${database.directory}`
    : `the database ${database.database} on ${database.host}:${database.port}`
