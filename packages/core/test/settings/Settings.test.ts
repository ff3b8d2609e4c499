import { expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Setting from "../../src/settings/Setting.ts"
import * as Settings from "../../src/settings/Settings.ts"
import * as SettingsText from "../../src/settings/SettingsText.ts"

const shop = {
  url: Setting.make("SHOP_API_URL", Setting.httpUrl, {
    section: "The shop",
    description: "Where orders come from. Without it, nothing is read.",
    example: "https://shop.example/v1"
  }),
  token: Setting.make("SHOP_TOKEN", Setting.secret, {
    section: "The shop",
    secret: true,
    description: "Sent to the shop."
  }),
  pageSize: Setting.make("SHOP_PAGE_SIZE", Setting.wholeNumber(1, 1_000), {
    section: "Limits",
    description: "Rows of a page.",
    default: "100"
  }),
  currency: Setting.make("SHOP_CURRENCY", Setting.oneOf("EUR", "USD"), {
    section: "Limits",
    description: "The currency.",
    default: "EUR"
  })
}

const load = (texts: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(Effect.either(Settings.load(shop)), ConfigProvider.fromMap(new Map(Object.entries(texts))))

it.effect("a setting that is not set, or set to blanks, has its default's value, or is undefined", () =>
  Effect.gen(function* () {
    expect(yield* yield* load({ SHOP_PAGE_SIZE: " " })).toStrictEqual({
      url: undefined,
      token: undefined,
      pageSize: 100,
      currency: "EUR"
    })
  })
)

it.effect("values have the types that their parsers say", () =>
  Effect.gen(function* () {
    const { currency, pageSize, token, url } = yield* yield* load({
      SHOP_API_URL: "https://shop.example",
      SHOP_TOKEN: "t0ken",
      SHOP_PAGE_SIZE: "7",
      SHOP_CURRENCY: "USD"
    })
    const typed: readonly [string | undefined, string | undefined, number, "EUR" | "USD"] = [
      url?.host,
      token === undefined ? undefined : Redacted.value(token),
      pageSize,
      currency
    ]
    expect(typed).toStrictEqual(["shop.example", "t0ken", 7, "USD"])
  })
)

it.effect("everything that is wrong is told at once, by key and without the text", () =>
  Effect.gen(function* () {
    const wrong = yield* load({ SHOP_API_URL: "CANARY", SHOP_PAGE_SIZE: "0", SHOP_CURRENCY: "CANARY" })
    expect(wrong._tag === "Left" ? wrong.left.problems : []).toStrictEqual([
      "SHOP_API_URL is not a URL. Use http://host:port/path.",
      "SHOP_PAGE_SIZE is not a whole number from 1 to 1000.",
      "SHOP_CURRENCY is not EUR or USD."
    ])
  })
)

it.effect("a URL is http or https, without credentials, query or fragment", () =>
  Effect.gen(function* () {
    const urls = ["ftp://shop", "http://u:CANARY@shop", "http://shop?key=1", "http://shop#x"]
    const results = yield* Effect.forEach(urls, (SHOP_API_URL) => load({ SHOP_API_URL }))
    expect(results.map((result) => (result._tag === "Left" ? result.left.message : "accepted"))).toStrictEqual([
      "SHOP_API_URL must begin with http:// or https://.",
      "SHOP_API_URL must not hold a user or password.",
      "SHOP_API_URL must end before the ? or #.",
      "SHOP_API_URL must end before the ? or #."
    ])
  })
)

it("a .env file shows every setting under its section, and the example before the default", () => {
  const [, ...lines] = SettingsText.dotEnv(Object.values(shop)).split("\n\n")
  expect(lines.map((each) => each.replace(/-{9,}/, "-"))).toStrictEqual([
    "# --- The shop -",
    "# Where orders come from. Without it, nothing is read.\n#SHOP_API_URL=https://shop.example/v1",
    "# Sent to the shop.\n#SHOP_TOKEN=",
    "# --- Limits -",
    "# Rows of a page.\n#SHOP_PAGE_SIZE=100",
    "# The currency.\n#SHOP_CURRENCY=EUR\n"
  ])
})

it("a table shows defaults, secrets and first sentences", () => {
  expect(SettingsText.table(Object.values(shop)).split("\n").slice(2)).toStrictEqual([
    "| `SHOP_API_URL` |  | Where orders come from. |",
    "| `SHOP_TOKEN` |  | Sent to the shop. Secret. |",
    "| `SHOP_PAGE_SIZE` | `100` | Rows of a page. |",
    "| `SHOP_CURRENCY` | `EUR` | The currency. |"
  ])
})
