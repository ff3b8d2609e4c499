import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { expect, it } from "@effect/vitest"
import * as Body from "@sluice/rest-source/source/Body"
import * as PageReader from "@sluice/rest-source/source/PageReader"
import * as Effect from "effect/Effect"
import * as Endpoints from "../../src/endpoints.ts"

const untrusted = (code: string) => Body.lost("https://api/users", Object.assign(new Error("CANARY"), { code }))

it("a certificate that is not trusted is not tried again, and the message says what to set", () => {
  const errors = [untrusted("DEPTH_ZERO_SELF_SIGNED_CERT"), untrusted("CERT_HAS_EXPIRED")]
  expect(errors.map(({ message, retryable }) => [message, retryable])).toStrictEqual([
    [
      "GET https://api/users was not sent: the certificate of the API is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT). If the certificate is self-signed, or of an authority of your own, set NODE_EXTRA_CA_CERTS in the environment to the authority's PEM file.",
      false
    ],
    [
      "GET https://api/users was not sent: the certificate of the API is not trusted (CERT_HAS_EXPIRED). Ask those who run the API for a certificate that is valid for its host.",
      false
    ]
  ])
})

it.scoped("a redirect from https to http is not followed, and the message says so", () =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const client = HttpClient.make((request, url) => {
      asked.push(url.href)
      const headers = { location: "http://api/users" }
      return Effect.succeed(HttpClientResponse.fromWeb(request, new Response(null, { status: 302, headers })))
    })
    const limits = { maxBytes: 2 ** 20, maxRowBytes: 2 ** 20, rowsOfChunk: 10, idle: "1 minute", total: "1 minute" } as const
    const open = PageReader.open(new URL("https://api/users"), { ...limits, endpoint: Endpoints.users, token: undefined })
    const error = yield* Effect.flip(Effect.provideService(open, HttpClient.HttpClient, client))
    expect([error.message, error.retryable, asked]).toStrictEqual([
      "GET https://api/users cannot be used: the answer sends from https to http, where a token would be sent in clear; it is not followed. Nothing of it was loaded. Check that the source's URL is the API's address.",
      false,
      ["https://api/users"]
    ])
  })
)
