import * as Setting from "@sluice/core/settings/Setting"
import * as Settings from "@sluice/core/settings/Settings"
import * as AuthorityFile from "@sluice/warehouse/AuthorityFile"
import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

/**
 * Parses a secret that seals a store's keys, without surrounding blanks. The secret is used unchanged, so a short one could be
 * guessed.
 */
export const parseSecret: Setting.Parser<Redacted.Redacted> = (text) =>
  text.trim().length >= 32
    ? Either.right(Redacted.make(text.trim()))
    : Either.left("is shorter than 32 characters. `openssl rand -hex 32` makes a secret.")

const parseUser: Setting.Parser<string> = (text) =>
  /^[A-Za-z0-9_]{1,32}$/.test(text)
    ? Either.right(text)
    : Either.left("is not an account's name. Use at most 32 letters, digits and _.")

const seconds = Setting.map(Setting.wholeNumber(1, 86_400), Duration.seconds)

/** Parses the limits of pools: `api=2,warehouse=4`. */
const parsePools: Setting.Parser<Readonly<Record<string, number>>> = (text) => {
  const pools = text.split(",").map((pool) => /^\s*([A-Za-z0-9_-]+)\s*=\s*([1-9]\d{0,4})\s*$/.exec(pool))
  const named = pools.flatMap((pool) => (pool === null ? [] : [[pool[1] ?? "", Number(pool[2])] as const]))
  if (named.length < pools.length) return Either.left("is not a list of pools and limits, such as api=2,warehouse=4.")
  return new Set(named.map(([name]) => name)).size < named.length
    ? Either.left("names a pool twice.")
    : Either.right(Object.fromEntries(named))
}

/** The program's own settings, for every pipeline. */
export const settings = {
  database: Setting.make("DATABASE_URL", DatabaseUrl.parse, {
    section: "The warehouse",
    secret: true,
    description:
      "The store: sqlite:DIRECTORY, or mysql://user:password@host:port/database (MySQL 9 or MariaDB 10.11). The directory is relative, or absolute (sqlite:/DIRECTORY), without ~. Special characters of a password are percent-encoded. A server's URL may end in ?ssl-mode=MODE&ssl-ca=FILE: DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY, and authorities in PEM; or, with the host localhost, in ?socket=PATH. The analyst's connections use the same. Other parameters are refused.",
    default: "sqlite:.sluice"
  }),
  databaseAdmin: Setting.make("DATABASE_ADMIN_URL", DatabaseUrl.parseServer, {
    section: "The warehouse",
    secret: true,
    description:
      "An administrator's account, used to create what is missing on a server. That is the database, the accounts, the tables and the grants. It also ends sessions of the analyst's account that hold a table for longer than SLUICE_LOCK_WAIT. Without it, nothing is provisioned.",
    example: "mysql://root:password@127.0.0.1:3306"
  }),
  analystUser: Setting.make("ANALYST_USER", parseUser, {
    section: "The warehouse",
    description: "The account that may read the public tables and views, and nothing else.",
    default: "analyst"
  }),
  analystPassword: Setting.make("ANALYST_PASSWORD", Setting.secret, {
    section: "The warehouse",
    secret: true,
    description: "The password of that account."
  }),
  secret: Setting.make("SLUICE_SECRET", parseSecret, {
    section: "The warehouse",
    secret: true,
    description:
      "Seals the keys that the store hashes erased people's ids with, so that they are not in the store and its backups. It has at least 32 characters (`openssl rand -hex 32`). docs/secrets.md says what happens if it is lost. For another secret, or for a store that had none: set it, set the one before as SLUICE_OLD_SECRET, and run `sluice provision --rotate`."
  }),
  secretFile: Setting.make("SLUICE_SECRET_FILE", Setting.text, {
    section: "The warehouse",
    description: "A file that holds the secret, instead of SLUICE_SECRET."
  }),
  oldSecret: Setting.make("SLUICE_OLD_SECRET", parseSecret, {
    section: "The warehouse",
    secret: true,
    description: "The secret that `provision --rotate` replaces."
  }),
  lockWait: Setting.make("SLUICE_LOCK_WAIT", seconds, {
    section: "The warehouse",
    description:
      "Seconds that a statement waits for a lock, and a run for another run of the same table: 1 to 86400. After that it fails; with DATABASE_ADMIN_URL, sessions of the analyst's account that hold a table are ended instead.",
    default: "60"
  }),
  silentConnection: Setting.make("SLUICE_SILENT_CONNECTION", seconds, {
    section: "The warehouse",
    description:
      "Seconds without an answer to a statement after which the server is asked, on another connection, whether it lives. If it does not answer there either, the connection is given up and the step is tried again. A slow statement is never given up.",
    default: "60"
  }),
  queryTimeout: Setting.make("SLUICE_QUERY_TIMEOUT", seconds, {
    section: "The warehouse",
    description: "Seconds after which `query` gives up: 1 to 86400.",
    default: "300"
  }),
  rowsInMemory: Setting.make("SLUICE_ROWS_IN_MEMORY", Setting.wholeNumber(0, 1_000_000_000), {
    section: "Runs",
    description:
      "Rows of one dataset that are kept in memory, packed, and 2 MiB of them at most. The rest goes to a temporary file, compressed and encrypted.",
    default: "100000"
  }),
  maxRemovedShare: Setting.make("SLUICE_MAX_REMOVED_SHARE", Setting.share, {
    section: "Runs",
    description:
      "The share of a table's rows that one run may remove: 0 to 1. It counts from 100 rows on; of fewer, some may go and not all. `--allow-fewer-rows` lets one run remove more.",
    default: "0.30"
  }),
  pools: Setting.make("SLUICE_POOLS", parsePools, {
    section: "Runs",
    description:
      "How many assets of a pool are made at once, beside the run's own limit: pool=limit, separated by commas. `sluice asset NAME` shows the pool of an asset.",
    example: "api=1,warehouse=4"
  }),
  keepRuns: Setting.make("SLUICE_KEEP_RUNS", Setting.wholeNumber(0, 1_000_000_000), {
    section: "The run history",
    description:
      "The newest runs that are kept when a run ends, whatever their age. The last materialization of each asset is always kept.",
    default: "1000"
  }),
  keepDays: Setting.make("SLUICE_KEEP_DAYS", Setting.wholeNumber(0, 100_000), {
    section: "The run history",
    description: "Days for which every run is kept.",
    default: "90"
  })
}

export type ProgramSettings = Settings.Values<typeof settings>

/** Settings that the files of a Docker Compose project read from the same `.env`. No command reads them. */
export const compose = [
  Setting.make("MYSQL_ROOT_PASSWORD", Setting.secret, {
    section: "Docker",
    secret: true,
    description:
      "Read by docker-compose.yml only: the password of its server's administrator. Without it, and without ANALYST_PASSWORD, each is \"local-play-only\", which is refused for any other server. Compose's own COMPOSE_… keys may be set here too."
  }),
  Setting.make("SLUICE_PASSWORD", Setting.secret, {
    section: "Docker",
    secret: true,
    description: "Read by docker-compose.yml only: the password of the pipeline's account."
  }),
  Setting.make("MYSQL_PORT", Setting.wholeNumber(1, 65_535), {
    section: "Docker",
    description: "Read by docker-compose.yml only: the port of this machine on which its server answers.",
    example: "3307"
  })
]

/** Problems of several settings together, each of which is valid alone. */
const problems = (values: Partial<ProgramSettings>): ReadonlyArray<string> => {
  const { analystPassword, database, databaseAdmin, secret, secretFile } = values
  const urls = [
    ["DATABASE_URL", database],
    ["DATABASE_ADMIN_URL", databaseAdmin]
  ] as const
  const isLocalPlay = analystPassword !== undefined && Redacted.value(analystPassword) === DatabaseUrl.localPlayPassword
  return [
    ...(secret !== undefined && secretFile !== undefined
      ? ["SLUICE_SECRET and SLUICE_SECRET_FILE are both set. Set one of them."]
      : []),
    ...urls.flatMap(([key, url]) =>
      url?._tag !== "Mysql" || url.sslCa === undefined || AuthorityFile.read(url.sslCa) !== undefined
        ? []
        : [`${key} has an ssl-ca that cannot be read, or has no certificate in PEM.`]
    ),
    ...(isLocalPlay && database?._tag === "Mysql" && !DatabaseUrl.isLocalPlay(database.host)
      ? ["ANALYST_PASSWORD is the password that is documented for local play. Set one of your own."]
      : [])
  ]
}

/** Reads the program's settings. Fails with all problems at once. */
export const load = Settings.load(settings, problems)
