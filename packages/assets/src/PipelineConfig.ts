import * as AuthorityFile from "@sluice/warehouse/AuthorityFile"
import * as DatabaseUrl from "@sluice/warehouse/DatabaseUrl"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { asItCame, type Policy } from "./privacy/Generalisation.ts"
import type { SettingKey } from "./SettingKeys.ts"

/** All that can be set from outside, read and checked. `.env.example` documents every key. */
export interface PipelineConfig {
  /** Undefined: use the bundled sample API. */
  readonly apiUrl: URL | undefined
  readonly apiToken: Redacted.Redacted | undefined
  readonly database: DatabaseUrl.DatabaseUrl
  /** Undefined: nothing is provisioned. */
  readonly databaseAdmin: DatabaseUrl.MysqlUrl | undefined
  readonly analystUser: string
  readonly analystPassword: Redacted.Redacted | undefined
  /** Seals the store's keys. Undefined: the store keeps them as they are, unless there is a `secretFile`. */
  readonly secret: Redacted.Redacted | undefined
  /** A file that holds the secret. */
  readonly secretFile: string | undefined
  /** The secret that a rotation replaces. */
  readonly oldSecret: Redacted.Redacted | undefined
  /** How long a statement waits for a lock, and a run for another one that publishes the same table. */
  readonly lockWait: Duration.Duration
  /** How long a connection to the database may be silent before the server is asked whether it lives. */
  readonly silentConnection: Duration.Duration
  /** How long `query` may take. */
  readonly queryTimeout: Duration.Duration
  readonly rowsInMemory: number
  readonly pageSize: number
  /** Pages that are asked for while one is worked on. */
  readonly fetchAhead: number
  /**
   * Threads that parse and decode answers. Undefined: as many as there are processors to spare, once there is much to read.
   */
  readonly readingThreads: number | undefined
  readonly maxAnswerBytes: number
  /** From 0 to 1. */
  readonly maxBadShare: number
  /** Attempts at a source that may follow one that missed rows. */
  readonly rereads: number
  readonly overlappingPages: "warn" | "reread"
  /** The largest share of a table's rows that a run may remove, from 0 to 1. */
  readonly maxRemovedShare: number
  /** How much coarser than the classification makes them public rows are. */
  readonly generalisation: Policy
  /** How many steps of a pool may run at once, by the pool's name. */
  readonly pools: Readonly<Record<string, number>>
  /** Runs that are kept whatever their age. */
  readonly keepRuns: number
  /** Days for which every run is kept. */
  readonly keepDays: number
}

/** Settings that are wrong: a line for each, which names the key and never repeats its value. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  readonly retryable = false
  override get message() {
    return this.problems.join("\n")
  }
}

/** Reads every key, and fails with all that is wrong at once. A key that is set to nothing counts as not set. */
export const load: Effect.Effect<PipelineConfig, ConfigInvalid> = Effect.gen(function* () {
  const problems: Array<string> = []
  const read = <A>(key: SettingKey, parse: (text: string) => Either.Either<A, string>) =>
    Effect.map(setting(key), (text) => {
      if (text === undefined) return undefined
      const parsed = parse(Redacted.value(text))
      if (Either.isRight(parsed)) return parsed.right
      problems.push(`${key} ${parsed.left}`)
      return undefined
    })
  const config: PipelineConfig = {
    apiUrl: yield* read("SPARK_API_URL", parseApiUrl),
    apiToken: yield* read("SPARK_API_TOKEN", parseToken),
    database: (yield* read("DATABASE_URL", DatabaseUrl.parse)) ?? { _tag: "Sqlite", directory: ".sluice" },
    databaseAdmin: yield* read("DATABASE_ADMIN_URL", DatabaseUrl.parseServer),
    analystUser: (yield* read("ANALYST_USER", parseUser)) ?? "analyst",
    analystPassword: yield* setting("ANALYST_PASSWORD"),
    secret: yield* read("SLUICE_SECRET", parseSecret),
    secretFile: yield* read("SLUICE_SECRET_FILE", Either.right),
    oldSecret: yield* read("SLUICE_OLD_SECRET", parseSecret),
    lockWait: Duration.seconds((yield* read("SLUICE_LOCK_WAIT", wholeNumber(1, 86_400))) ?? 60),
    silentConnection: Duration.seconds((yield* read("SLUICE_SILENT_CONNECTION", wholeNumber(1, 86_400))) ?? 60),
    queryTimeout: Duration.seconds((yield* read("SLUICE_QUERY_TIMEOUT", wholeNumber(1, 86_400))) ?? 300),
    rowsInMemory: (yield* read("SLUICE_ROWS_IN_MEMORY", wholeNumber(0, 1_000_000_000))) ?? 100_000,
    pageSize: (yield* read("SLUICE_PAGE_SIZE", wholeNumber(1, 100_000))) ?? 5_000,
    fetchAhead: (yield* read("SLUICE_FETCH_AHEAD", wholeNumber(0, 64))) ?? 4,
    readingThreads: yield* read("SLUICE_READING_THREADS", wholeNumber(0, 16)),
    maxAnswerBytes: ((yield* read("SLUICE_MAX_ANSWER_MIB", wholeNumber(1, 1_000_000))) ?? 16_384) * 1024 * 1024,
    rereads: (yield* read("SLUICE_REREADS", wholeNumber(0, 3))) ?? 1,
    overlappingPages: (yield* read("SLUICE_OVERLAPPING_PAGES", oneOf("warn", "reread"))) ?? "warn",
    maxBadShare: (yield* read("SLUICE_MAX_BAD_SHARE", parseShare)) ?? 0.1,
    maxRemovedShare: (yield* read("SLUICE_MAX_REMOVED_SHARE", parseShare)) ?? 0.3,
    generalisation: {
      birth: (yield* read("SLUICE_BIRTH", oneOf("year", "band"))) ?? asItCame.birth,
      income: (yield* read("SLUICE_INCOME", oneOf("exact", "band"))) ?? asItCame.income,
      emailDomainMin: (yield* read("SLUICE_EMAIL_DOMAIN_MIN", wholeNumber(1, 1_000_000_000))) ?? asItCame.emailDomainMin
    },
    pools: (yield* read("SLUICE_POOLS", parsePools)) ?? {},
    keepRuns: (yield* read("SLUICE_KEEP_RUNS", wholeNumber(0, 1_000_000_000))) ?? 1_000,
    keepDays: (yield* read("SLUICE_KEEP_DAYS", wholeNumber(0, 100_000))) ?? 90
  }
  if (config.secret !== undefined && config.secretFile !== undefined) {
    problems.push("SLUICE_SECRET and SLUICE_SECRET_FILE are both set. Set one of them.")
  }
  const analystPassword = config.analystPassword === undefined ? "" : Redacted.value(config.analystPassword)
  const { database, databaseAdmin } = config
  for (const [key, url] of [
    ["DATABASE_URL", database],
    ["DATABASE_ADMIN_URL", databaseAdmin]
  ] as const) {
    if (url?._tag !== "Mysql" || url.sslCa === undefined || AuthorityFile.read(url.sslCa) !== undefined) continue
    problems.push(`${key} has an ssl-ca that cannot be read, or has no certificate in PEM.`)
  }
  if (
    analystPassword === DatabaseUrl.localPlayPassword &&
    database._tag === "Mysql" &&
    !DatabaseUrl.isLocalPlay(database.host)
  ) {
    problems.push("ANALYST_PASSWORD is the password that is documented for local play. Set one of your own.")
  }
  return problems.length === 0 ? config : yield* new ConfigInvalid({ problems })
})

const setting = (key: SettingKey): Effect.Effect<Redacted.Redacted | undefined> =>
  Config.option(Config.redacted(key)).pipe(
    Effect.orElseSucceed(() => Option.none<Redacted.Redacted>()),
    Effect.map((value) => Option.getOrUndefined(Option.filter(value, (text) => Redacted.value(text).trim() !== "")))
  )

const parseApiUrl = (text: string): Either.Either<URL, string> => {
  if (!URL.canParse(text)) return Either.left("is not a URL. Use http://host:port/path, or leave it out for the sample API.")
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") return Either.left("must begin with http:// or https://.")
  if (url.username !== "" || url.password !== "") {
    return Either.left("must not hold a user or password. Put a token into SPARK_API_TOKEN.")
  }
  if (url.search !== "" || url.hash !== "") {
    return Either.left(
      "must end before the ? or #. /users and /messages are added to it; a token goes into SPARK_API_TOKEN."
    )
  }
  return Either.right(url)
}

const parseToken = (text: string): Either.Either<Redacted.Redacted, string> =>
  /^[\x21-\x7e]+$/.test(text)
    ? Either.right(Redacted.make(text))
    : Either.left("has blanks or other characters that a token cannot have.")

/** A secret that seals a store's keys, without the blanks around it. It is used as it is, so a short one could be guessed. */
export const parseSecret = (text: string): Either.Either<Redacted.Redacted, string> =>
  text.trim().length >= 32
    ? Either.right(Redacted.make(text.trim()))
    : Either.left("is shorter than 32 characters. `openssl rand -hex 32` makes a secret.")

const parseUser = (text: string): Either.Either<string, string> =>
  /^[A-Za-z0-9_]{1,32}$/.test(text)
    ? Either.right(text)
    : Either.left("is not an account's name. Use at most 32 letters, digits and _.")

const wholeNumber =
  (least: number, most: number) =>
  (text: string): Either.Either<number, string> => {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN
    return value >= least && value <= most
      ? Either.right(value)
      : Either.left(`is not a whole number from ${least} to ${most}.`)
  }

const oneOf =
  <const Word extends string>(...words: ReadonlyArray<Word>) =>
  (text: string): Either.Either<Word, string> =>
    Either.fromNullable(
      words.find((word) => word === text.trim()),
      () => `is not ${words.join(" or ")}.`
    )

const parseShare = (text: string): Either.Either<number, string> => {
  const value = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  return value >= 0 && value <= 1 ? Either.right(value) : Either.left("is not a share from 0 to 1, such as 0.10.")
}

const parsePools = (text: string): Either.Either<Readonly<Record<string, number>>, string> => {
  const pools = text.split(",").map((pool) => /^\s*([A-Za-z0-9_-]+)\s*=\s*([1-9]\d{0,4})\s*$/.exec(pool))
  const named = pools.flatMap((pool) => (pool === null ? [] : [[pool[1] ?? "", Number(pool[2])] as const]))
  if (named.length < pools.length) return Either.left("is not a list of pools and limits, such as api=2,warehouse=4.")
  return new Set(named.map(([name]) => name)).size < named.length
    ? Either.left("names a pool twice.")
    : Either.right(Object.fromEntries(named))
}
