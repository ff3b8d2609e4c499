import { expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as SparkOrigin from "../src/SparkOrigin.ts"

const of = (apiUrl: string | undefined, environment: Readonly<Record<string, string>> = {}) =>
  Effect.withConfigProvider(
    SparkOrigin.of({ apiUrl: apiUrl === undefined ? undefined : new URL(apiUrl) }),
    ConfigProvider.fromMap(new Map(Object.entries(environment)))
  )

it.effect("records an API by its scheme, host and port: its path may hold a secret", () =>
  Effect.gen(function* () {
    expect(yield* of("https://api.example.com:8443/t0ken/v1/")).toStrictEqual({
      name: "https://api.example.com:8443",
      description: "the API at https://api.example.com:8443/t0ken/v1",
      sampleFor: undefined
    })
  })
)

it.effect("tells the proxy that the API is asked through", () =>
  Effect.gen(function* () {
    const { description } = yield* of("http://api.example.com", { HTTP_PROXY: "http://user:secret@proxy.example:3128" })
    expect(description).toBe("the API at http://api.example.com through the proxy proxy.example:3128")
  })
)

it.effect("without a URL it is the sample, and says which setting names the real API", () =>
  Effect.gen(function* () {
    expect(yield* of(undefined)).toStrictEqual({
      name: "sample",
      description: "the bundled sample API (30 users)",
      sampleFor: "SPARK_API_URL"
    })
  })
)
