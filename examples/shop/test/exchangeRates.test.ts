import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import { materializeForTest } from "@sluice/warehouse/testing/materializeForTest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { exchangeRates } from "../assets/exchangeRates.ts"
import { Shop } from "../Shop.ts"

const ratesOf = (csv: string) =>
  materializeForTest(exchangeRates, {}).pipe(
    Effect.map(({ rows }) => rows),
    Effect.mapError(({ message }) => message),
    Effect.either,
    Effect.provide(
      Layer.merge(
        Layer.succeed(Shop, { apiUrl: new URL("http://shop"), ratesFile: "rates.csv", reportFile: "report.md" }),
        FileSystem.layerNoop({ readFileString: () => Effect.succeed(csv) })
      )
    )
  )

it.effect("each line after the first is a currency and its rate, and a line that is not is told by its number", () =>
  Effect.gen(function* () {
    expect(yield* Effect.forEach(["currency,eur\nEUR,1\nUSD,0.92\n", "currency,eur\nEUR,one\n"], ratesOf)).toStrictEqual([
      Either.right([
        { currency: "EUR", eur: "1" },
        { currency: "USD", eur: "0.92" }
      ]),
      Either.left("Line 2 of the exchange rates is not a currency and a rate, such as USD,0.92.")
    ])
  })
)
