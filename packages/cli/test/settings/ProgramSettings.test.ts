import { expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as ProgramSettings from "../../src/settings/ProgramSettings.ts"

const load = (settings: Readonly<Record<string, string>>) =>
  Effect.either(Effect.withConfigProvider(ProgramSettings.load, ConfigProvider.fromMap(new Map(Object.entries(settings)))))

it.effect("with nothing set, everything has a default; a key that is set to nothing is not set", () =>
  Effect.gen(function* () {
    const defaults: ProgramSettings.ProgramSettings = {
      database: { _tag: "Sqlite", directory: ".sluice" },
      databaseAdmin: undefined,
      analystUser: "analyst",
      analystPassword: undefined,
      rowsInMemory: 100_000,
      secret: undefined,
      secretFile: undefined,
      oldSecret: undefined,
      lockWait: Duration.minutes(1),
      silentConnection: Duration.minutes(1),
      queryTimeout: Duration.minutes(5),
      maxRemovedShare: 0.3,
      pools: undefined,
      keepRuns: 1_000,
      keepDays: 90
    }
    expect(
      [
        yield* load({}),
        yield* load({ ANALYST_USER: "", DATABASE_URL: " ", SLUICE_LOCK_WAIT: "", ANALYST_PASSWORD: "" })
      ].map((result) => (result._tag === "Right" ? result.right : result.left.message))
    ).toStrictEqual([defaults, defaults])
  })
)

it.effect("every key is read, and secrets are redacted", () =>
  Effect.gen(function* () {
    const config = yield* yield* load({
      DATABASE_URL: "mysql://sluice:p%40ss@db:3307/spark_dwh",
      DATABASE_ADMIN_URL: "mysql://root:r00t@db",
      ANALYST_USER: "ana",
      ANALYST_PASSWORD: "letmein",
      SLUICE_SECRET: " s3cret-s3cret-s3cret-s3cret-s3cret ",
      SLUICE_OLD_SECRET: "old-s3cret-old-s3cret-old-s3cret",
      SLUICE_LOCK_WAIT: "5",
      SLUICE_SILENT_CONNECTION: "6",
      SLUICE_QUERY_TIMEOUT: "7",
      SLUICE_ROWS_IN_MEMORY: "0",
      SLUICE_MAX_REMOVED_SHARE: "0.5",
      SLUICE_POOLS: "api=2, warehouse=4",
      SLUICE_KEEP_RUNS: "0",
      SLUICE_KEEP_DAYS: "7"
    })
    expect({
      ...config,
      secrets: [config.analystPassword, config.secret, config.oldSecret].map((secret) => secret && Redacted.value(secret))
    }).toStrictEqual({
      database: {
        _tag: "Mysql",
        host: "db",
        port: 3307,
        user: "sluice",
        password: Redacted.make("p@ss"),
        database: "spark_dwh"
      },
      databaseAdmin: {
        _tag: "Mysql",
        host: "db",
        port: 3306,
        user: "root",
        password: Redacted.make("r00t"),
        database: ""
      },
      analystUser: "ana",
      analystPassword: Redacted.make("letmein"),
      secret: Redacted.make("s3cret-s3cret-s3cret-s3cret-s3cret"),
      secretFile: undefined,
      oldSecret: Redacted.make("old-s3cret-old-s3cret-old-s3cret"),
      lockWait: Duration.seconds(5),
      silentConnection: Duration.seconds(6),
      queryTimeout: Duration.seconds(7),
      rowsInMemory: 0,
      maxRemovedShare: 0.5,
      pools: { api: 2, warehouse: 4 },
      keepRuns: 0,
      keepDays: 7,
      secrets: ["letmein", "s3cret-s3cret-s3cret-s3cret-s3cret", "old-s3cret-old-s3cret-old-s3cret"]
    })
    expect(JSON.stringify(config)).not.toMatch(/p@ss|r00t|letmein|s3cret/)
  })
)

it.effect("all that is wrong is told at once, a line for each key, without its value", () =>
  Effect.gen(function* () {
    const result = yield* load({
      DATABASE_URL: "CANARY",
      DATABASE_ADMIN_URL: "postgres://root:CANARY@db",
      ANALYST_USER: "CANARY'@'%",
      SLUICE_SECRET: "CANARY",
      SLUICE_OLD_SECRET: "CANARY",
      SLUICE_LOCK_WAIT: "0",
      SLUICE_SILENT_CONNECTION: "0",
      SLUICE_QUERY_TIMEOUT: "1m",
      SLUICE_ROWS_IN_MEMORY: "-1",
      SLUICE_MAX_REMOVED_SHARE: "2",
      SLUICE_POOLS: "api=CANARY",
      SLUICE_KEEP_RUNS: "CANARY",
      SLUICE_KEEP_DAYS: "-1"
    })
    const message = result._tag === "Left" ? result.left.message : ""
    expect(message.split("\n").map((line) => line.split(" ")[0])).toStrictEqual([
      "DATABASE_URL",
      "DATABASE_ADMIN_URL",
      "ANALYST_USER",
      "SLUICE_SECRET",
      "SLUICE_OLD_SECRET",
      "SLUICE_LOCK_WAIT",
      "SLUICE_SILENT_CONNECTION",
      "SLUICE_QUERY_TIMEOUT",
      "SLUICE_ROWS_IN_MEMORY",
      "SLUICE_MAX_REMOVED_SHARE",
      "SLUICE_POOLS",
      "SLUICE_KEEP_RUNS",
      "SLUICE_KEEP_DAYS"
    ])
    expect(message).not.toContain("CANARY")
  })
)

it.effect("pools are names with limits of one at least, each named once", () =>
  Effect.gen(function* () {
    const pools = ["api", "api=0", "api=2,", "=2", "api=2 warehouse=4", "api=1,api=2"]
    const results = yield* Effect.all(pools.map((SLUICE_POOLS) => load({ SLUICE_POOLS })))
    const malformed = "SLUICE_POOLS is not a list of pools and limits, such as api=2,warehouse=4."
    expect(results.map((result) => (result._tag === "Left" ? result.left.message : "accepted"))).toStrictEqual([
      ...new Array<string>(5).fill(malformed),
      "SLUICE_POOLS names a pool twice."
    ])
  })
)

it.effect("the analyst's password for local play is refused for a server that is not local", () =>
  Effect.gen(function* () {
    const problems = (host: string) =>
      Effect.map(
        load({ DATABASE_URL: `mysql://sluice:secret@${host}/spark_dwh`, ANALYST_PASSWORD: "local-play-only" }),
        (result) => (result._tag === "Left" ? result.left.problems : [])
      )
    expect([yield* problems("db.example"), yield* problems("127.0.0.1")]).toStrictEqual([
      ["ANALYST_PASSWORD is the password that is documented for local play. Set one of your own."],
      []
    ])
  })
)

it.effect("a file of authorities that cannot be read, or has no certificate, is refused by its key", () =>
  Effect.gen(function* () {
    const urlWith = (file: string) => `mysql://u:p@db.example/d?ssl-mode=VERIFY_CA&ssl-ca=${file}`
    const result = yield* load({ DATABASE_URL: urlWith("/nowhere.pem"), DATABASE_ADMIN_URL: urlWith(import.meta.filename) })
    expect(result._tag === "Left" ? result.left.problems : []).toStrictEqual(
      ["DATABASE_URL", "DATABASE_ADMIN_URL"].map(
        (key) => `${key} has an ssl-ca that cannot be read, or has no certificate in PEM.`
      )
    )
  })
)

it.effect("what is wrong with several settings together is told beside what is wrong with one", () =>
  Effect.gen(function* () {
    const secret = "s3cret-s3cret-s3cret-s3cret-s3cret"
    const result = yield* load({ SLUICE_SECRET: secret, SLUICE_SECRET_FILE: "/run/secret", SLUICE_KEEP_RUNS: "-1" })
    expect(result._tag === "Left" ? result.left.problems : []).toStrictEqual([
      "SLUICE_KEEP_RUNS is not a whole number from 0 to 1000000000.",
      "SLUICE_SECRET and SLUICE_SECRET_FILE are both set. Set one of them."
    ])
  })
)
