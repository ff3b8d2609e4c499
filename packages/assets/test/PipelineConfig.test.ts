import { assert, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as PipelineConfig from "../src/PipelineConfig.ts"

const load = (settings: Readonly<Record<string, string>>) =>
  Effect.either(Effect.withConfigProvider(PipelineConfig.load, ConfigProvider.fromMap(new Map(Object.entries(settings)))))

it.effect("with nothing set, everything has a default; a key that is set to nothing is not set", () =>
  Effect.gen(function* () {
    const defaults: PipelineConfig.PipelineConfig = {
      apiUrl: undefined,
      apiToken: undefined,
      database: { _tag: "Sqlite", directory: ".sluice" },
      databaseAdmin: undefined,
      analystUser: "analyst",
      analystPassword: undefined,
      rowsInMemory: 100_000,
      pageSize: 5_000,
      maxBadShare: 0.1
    }
    assert.deepStrictEqual(
      [
        yield* load({}),
        yield* load({ SPARK_API_URL: "", DATABASE_URL: " ", SLUICE_PAGE_SIZE: "", ANALYST_PASSWORD: "" })
      ].map((result) => (result._tag === "Right" ? result.right : result.left.message)),
      [defaults, defaults]
    )
  })
)

it.effect("every key is read, and secrets are redacted", () =>
  Effect.gen(function* () {
    const config = yield* yield* load({
      SPARK_API_URL: "https://api.example.com/v1",
      SPARK_API_TOKEN: "t0ken",
      DATABASE_URL: "mysql://sluice:p%40ss@db:3307/spark_dwh",
      DATABASE_ADMIN_URL: "mysql://root:r00t@db",
      ANALYST_USER: "ana",
      ANALYST_PASSWORD: "letmein",
      SLUICE_ROWS_IN_MEMORY: "0",
      SLUICE_PAGE_SIZE: "100000",
      SLUICE_MAX_BAD_SHARE: ".25"
    })
    assert.deepStrictEqual(
      {
        ...config,
        secrets: [config.apiToken, config.analystPassword].map((secret) => secret && Redacted.value(secret))
      },
      {
        apiUrl: new URL("https://api.example.com/v1"),
        apiToken: Redacted.make("t0ken"),
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
        rowsInMemory: 0,
        pageSize: 100_000,
        maxBadShare: 0.25,
        secrets: ["t0ken", "letmein"]
      }
    )
    assert.notMatch(JSON.stringify(config), /t0ken|p@ss|r00t|letmein/)
  })
)

it.effect("all that is wrong is told at once, a line for each key, without its value", () =>
  Effect.gen(function* () {
    const result = yield* load({
      SPARK_API_URL: "https://CANARY:CANARY@api",
      SPARK_API_TOKEN: "CANARY CANARY",
      DATABASE_URL: "CANARY",
      DATABASE_ADMIN_URL: "postgres://root:CANARY@db",
      ANALYST_USER: "CANARY'@'%",
      SLUICE_ROWS_IN_MEMORY: "-1",
      SLUICE_PAGE_SIZE: "0",
      SLUICE_MAX_BAD_SHARE: "10%"
    })
    const message = result._tag === "Left" ? result.left.message : ""
    assert.deepStrictEqual(
      message.split("\n").map((line) => line.split(" ")[0]),
      [
        "SPARK_API_URL",
        "SPARK_API_TOKEN",
        "DATABASE_URL",
        "DATABASE_ADMIN_URL",
        "ANALYST_USER",
        "SLUICE_ROWS_IN_MEMORY",
        "SLUICE_PAGE_SIZE",
        "SLUICE_MAX_BAD_SHARE"
      ]
    )
    assert.notInclude(message, "CANARY")
  })
)

it.effect("an API's URL is http or https, and ends before a query", () =>
  Effect.gen(function* () {
    const urls = ["not a url", "ftp://api", "http://api?key=1", "http://api#x", "http://api:99999"]
    const results = yield* Effect.all(urls.map((SPARK_API_URL) => load({ SPARK_API_URL })))
    assert.deepStrictEqual(
      results.map((result) => (result._tag === "Left" ? result.left.message : "accepted")),
      [
        "SPARK_API_URL is not a URL. Use http://host:port/path, or leave it out for the sample API.",
        "SPARK_API_URL must begin with http:// or https://.",
        "SPARK_API_URL must end before the ? or #. /users and /messages are added to it; a token goes into SPARK_API_TOKEN.",
        "SPARK_API_URL must end before the ? or #. /users and /messages are added to it; a token goes into SPARK_API_TOKEN.",
        "SPARK_API_URL is not a URL. Use http://host:port/path, or leave it out for the sample API."
      ]
    )
  })
)
