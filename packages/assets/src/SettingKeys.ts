import { editDistance, suggest } from "@sluice/core/internal/suggest"

/** Every setting of the pipeline. `.env.example` documents each of them and no other. */
export const pipeline = [
  "SPARK_API_URL",
  "SPARK_API_TOKEN",
  "DATABASE_URL",
  "DATABASE_ADMIN_URL",
  "ANALYST_USER",
  "ANALYST_PASSWORD",
  "SLUICE_SECRET",
  "SLUICE_SECRET_FILE",
  "SLUICE_OLD_SECRET",
  "SLUICE_LOCK_WAIT",
  "SLUICE_SILENT_CONNECTION",
  "SLUICE_QUERY_TIMEOUT",
  "SLUICE_PAGE_SIZE",
  "SLUICE_FETCH_AHEAD",
  "SLUICE_READING_THREADS",
  "SLUICE_MAX_ANSWER_MIB",
  "SLUICE_ROWS_IN_MEMORY",
  "SLUICE_MAX_BAD_SHARE",
  "SLUICE_REREADS",
  "SLUICE_OVERLAPPING_PAGES",
  "SLUICE_MAX_REMOVED_SHARE",
  "SLUICE_BIRTH",
  "SLUICE_INCOME",
  "SLUICE_EMAIL_DOMAIN_MIN",
  "SLUICE_POOLS",
  "SLUICE_KEEP_RUNS",
  "SLUICE_KEEP_DAYS"
] as const

export type SettingKey = (typeof pipeline)[number]

/** What docker-compose.yml alone reads, from the same `.env`. */
export const compose = ["MYSQL_ROOT_PASSWORD", "SLUICE_PASSWORD", "MYSQL_PORT"] as const

/**
 * Which keys of a `.env` are no settings, a sentence for each, with the nearest setting where there is one. A key that does
 * not look like one is told by its line alone: it may be a piece of a secret. Compose's own `COMPOSE_…` keys may be there.
 */
export const problemsInFile = (file: string, keys: Iterable<readonly [key: string, line: number]>): ReadonlyArray<string> =>
  [...keys].flatMap(([key, line]) => {
    if (known.has(key) || key.startsWith("COMPOSE_")) return []
    const [near] = suggest(key, known, 1)
    if (near !== undefined) return [`${key} in ${file} is not a setting; did you mean ${near}?`]
    const what = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(key) ? `${key} in ${file}` : `What line ${line} of ${file} sets`
    return [`${what} is not a setting. .env.example has every setting; what is for other programs belongs elsewhere.`]
  })

/**
 * Which variables of the environment are settings misspelt, a sentence for each. A run that took no notice of them would read
 * the sample data, or write to another store. Much else is in an environment, so nothing counts but what begins with
 * `SPARK_API`, and what is within two edits of a setting that is not set.
 */
export const problemsInEnvironment = (names: Iterable<string>, isSet: (key: string) => boolean): ReadonlyArray<string> =>
  [...names].flatMap((name) => {
    if (known.has(name)) return []
    const upper = name.toUpperCase()
    const near = pipeline.find((key) => editDistance(upper, key, 2) <= 2 && !isSet(key))
    if (near !== undefined) return [`${name} in the environment is not a setting; did you mean ${near}?`]
    return name.startsWith("SPARK_API")
      ? [`${name} in the environment is not a setting. Those of the API are SPARK_API_URL and SPARK_API_TOKEN.`]
      : []
  })

const known: ReadonlySet<string> = new Set([...pipeline, ...compose])
