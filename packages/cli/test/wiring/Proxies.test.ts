import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { expect, it } from "vitest"
import * as Proxies from "../../src/wiring/Proxies.ts"

/** The names of the proxies for an API, or what is wrong. */
const namesFor = (url: string, environment: Readonly<Record<string, string>>) =>
  Proxies.forApi(new URL(url)).pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))),
    Effect.map(({ http, https }) => [http?.name, https?.name]),
    Effect.catchAll(({ problems }) => Effect.succeed(problems)),
    Effect.runSync
  )

it("the scheme of the API chooses the proxy, and a redirect to https has its own", () => {
  const both = { HTTP_PROXY: "http://a:1", HTTPS_PROXY: "https://b:2" }
  expect([
    namesFor("http://api.example", both),
    namesFor("https://api.example", both),
    namesFor("https://api.example", { HTTP_PROXY: "http://a:1" }),
    namesFor("http://api.example", { ALL_PROXY: "a:1" }),
    namesFor("http://api.example", { http_proxy: "b", HTTP_PROXY: "http://a:1", https_proxy: "" }),
    namesFor("http://api.example", {})
  ]).toEqual([
    ["a:1", "b:2"],
    [undefined, "b:2"],
    [undefined, undefined],
    ["a:1", "a:1"],
    ["b:80", undefined],
    [undefined, undefined]
  ])
})

it.each([
  ["example.com", "api.example.com", true],
  [".example.com", "example.com", true],
  ["*.example.com", "api.example.com", true],
  ["example.com", "badexample.com", false],
  ["other.test, EXAMPLE.com", "api.example.com", true],
  ["other.test example.com", "api.example.com", true],
  ["example.com:443", "example.com", true],
  ["example.com:80", "example.com", false],
  ["*", "example.com", true],
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "11.1.2.3", false],
  ["10.0.0.0/8", "example.com", false],
  ["10.1.2.3", "10.1.2.3", true],
  ["fd00::/8", "fd12::1", true],
  ["fd12::1", "fd12::1", true],
  ["[fd12::1]:443", "fd12::1", true],
  ["[fd12::1]:80", "fd12::1", false],
  ["", "localhost", true],
  ["", "127.1.2.3", true],
  ["", "::1", true],
  ["", "example.com", false]
])("NO_PROXY=%s excepts %s: %s", (noProxy, host, excepted) => {
  expect(Proxies.isExcepted(host, 443, noProxy)).toBe(excepted)
})

it("a proxy's user and password go into its header alone", () => {
  expect(Proxies.parse("http://us%40er:p%3Aw@[fd12::1]:3128/")).toEqual(
    Either.right(
      new Proxies.Proxy({
        secure: false,
        host: "fd12::1",
        port: 3128,
        authorization: Redacted.make(`Basic ${Buffer.from("us@er:p:w").toString("base64")}`)
      })
    )
  )
})

it("a proxy that is not understood is refused if it would be used, and not repeated", () => {
  const use = "Use http://host:port or http://user:password@host:port, or except the API's host with NO_PROXY."
  const refusals = [
    "socks5://canary@a:1",
    "http://",
    "http://a:canary",
    "http://a:0",
    "http://a:1/canary",
    "http://%canary@a:1"
  ]
  expect(refusals.map((text) => namesFor("http://api.example", { ALL_PROXY: text }))).toEqual([
    [`ALL_PROXY in the environment is not an HTTP proxy. ${use}`],
    [`ALL_PROXY in the environment is not a URL. ${use}`],
    [`ALL_PROXY in the environment is not a URL. ${use}`],
    [`ALL_PROXY in the environment has more than a host and a port. ${use}`],
    [`ALL_PROXY in the environment has more than a host and a port. ${use}`],
    ["ALL_PROXY in the environment has a % that begins no escape."]
  ])
  expect(namesFor("http://api.example", { ALL_PROXY: "socks5://a:1", NO_PROXY: "api.example" })).toEqual([
    undefined,
    undefined
  ])
})
