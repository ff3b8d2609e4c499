import { expect, it } from "@effect/vitest"
import * as Settings from "@sluice/core/settings/Settings"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SparkSettings from "../src/SparkSettings.ts"

const load = (texts: Readonly<Record<string, string>>) =>
  Effect.either(
    Effect.withConfigProvider(Settings.load(SparkSettings.settings), ConfigProvider.fromMap(new Map(Object.entries(texts))))
  )

it.effect("with nothing set, everything has a default; a key that is set to nothing is not set", () =>
  Effect.gen(function* () {
    const defaults: SparkSettings.SparkSettings = {
      apiUrl: undefined,
      apiToken: undefined,
      pageSize: 5_000,
      fetchAhead: 4,
      readingThreads: undefined,
      maxAnswerBytes: 17_179_869_184,
      rereads: 1,
      overlappingPages: "warn",
      maxBadShare: 0.1,
      birth: "year",
      income: "exact",
      emailDomainMin: 1
    }
    expect(
      [yield* load({}), yield* load({ SPARK_API_URL: "", SLUICE_PAGE_SIZE: " " })].map((result) =>
        result._tag === "Right" ? result.right : result.left.message
      )
    ).toStrictEqual([defaults, defaults])
  })
)

it.effect("every key is read, and the token is redacted", () =>
  Effect.gen(function* () {
    const values = yield* yield* load({
      SPARK_API_URL: "https://api.example.com/v1",
      SPARK_API_TOKEN: "t0ken",
      SLUICE_PAGE_SIZE: "100000",
      SLUICE_FETCH_AHEAD: "0",
      SLUICE_READING_THREADS: "3",
      SLUICE_MAX_ANSWER_MIB: "64",
      SLUICE_REREADS: "0",
      SLUICE_OVERLAPPING_PAGES: "reread",
      SLUICE_MAX_BAD_SHARE: ".25",
      SLUICE_BIRTH: "band",
      SLUICE_INCOME: "band",
      SLUICE_EMAIL_DOMAIN_MIN: "5"
    })
    expect({ ...values, apiToken: values.apiToken && Redacted.value(values.apiToken) }).toStrictEqual({
      apiUrl: new URL("https://api.example.com/v1"),
      apiToken: "t0ken",
      pageSize: 100_000,
      fetchAhead: 0,
      readingThreads: 3,
      maxAnswerBytes: 67_108_864,
      rereads: 0,
      overlappingPages: "reread",
      maxBadShare: 0.25,
      birth: "band",
      income: "band",
      emailDomainMin: 5
    })
    expect(JSON.stringify(values)).not.toContain("t0ken")
  })
)

it.effect("all that is wrong is told at once, a line for each key, without its value", () =>
  Effect.gen(function* () {
    const result = yield* load({
      SPARK_API_URL: "https://CANARY:CANARY@api",
      SPARK_API_TOKEN: "CANARY CANARY",
      SLUICE_PAGE_SIZE: "0",
      SLUICE_REREADS: "4",
      SLUICE_OVERLAPPING_PAGES: "CANARY",
      SLUICE_MAX_BAD_SHARE: "10%",
      SLUICE_BIRTH: "CANARY",
      SLUICE_INCOME: "CANARY",
      SLUICE_EMAIL_DOMAIN_MIN: "0"
    })
    expect(result._tag === "Left" ? result.left.problems : []).toStrictEqual([
      "SPARK_API_URL must not hold a user or password. Put a token into SPARK_API_TOKEN.",
      "SPARK_API_TOKEN has blanks or other characters that a token cannot have.",
      "SLUICE_PAGE_SIZE is not a whole number from 1 to 100000.",
      "SLUICE_REREADS is not a whole number from 0 to 3.",
      "SLUICE_OVERLAPPING_PAGES is not warn or reread.",
      "SLUICE_MAX_BAD_SHARE is not a share from 0 to 1, such as 0.10.",
      "SLUICE_BIRTH is not year or band.",
      "SLUICE_INCOME is not exact or band.",
      "SLUICE_EMAIL_DOMAIN_MIN is not a whole number from 1 to 1000000000."
    ])
  })
)

it.effect("an API's URL is http or https, and ends before a query", () =>
  Effect.gen(function* () {
    const urls = ["not a url", "ftp://api", "http://api?key=1", "http://api#x", "http://api:99999"]
    const results = yield* Effect.all(urls.map((SPARK_API_URL) => load({ SPARK_API_URL })))
    expect(results.map((result) => (result._tag === "Left" ? result.left.message : "accepted"))).toStrictEqual([
      "SPARK_API_URL is not a URL. Use http://host:port/path, or leave it out for the sample API.",
      "SPARK_API_URL must begin with http:// or https://.",
      "SPARK_API_URL must end before the ? or #. /users and /messages are added to it; a token goes into SPARK_API_TOKEN.",
      "SPARK_API_URL must end before the ? or #. /users and /messages are added to it; a token goes into SPARK_API_TOKEN.",
      "SPARK_API_URL is not a URL. Use http://host:port/path, or leave it out for the sample API."
    ])
  })
)
