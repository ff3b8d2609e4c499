import { expect, it } from "@effect/vitest"
import { filesForTest } from "@sluice/files/testing/filesForTest"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { exchangeRates } from "../assets/exchangeRates.ts"
import { Shop } from "../Shop.ts"

const ratesOf = (csv: string) =>
  materializeForTest(exchangeRates, {}).pipe(
    Effect.map(({ rows }) => rows),
    Effect.provide(
      Layer.merge(
        Layer.succeed(Shop, { apiUrl: new URL("http://shop"), ratesFile: "rates.csv", reportFile: "report.md" }),
        filesForTest({ "rates.csv": csv })
      )
    )
  )

it.effect("each line after the first is a currency and its rate", () =>
  Effect.gen(function* () {
    expect(yield* ratesOf("currency,eur\nEUR,1\nUSD,0.92\n")).toStrictEqual([
      { currency: "EUR", eur: "1.000000" },
      { currency: "USD", eur: "0.920000" }
    ])
  })
)

it.effect("a line that is no rate is reported with its number and column", () =>
  Effect.gen(function* () {
    const { message } = yield* Effect.flip(ratesOf("currency,eur\nEuros,one\n"))
    expect(message).toContain(
      "1 of 1 rows of rates.csv cannot be decoded: line 2: currency is not text of at most 3 characters."
    )
  })
)
