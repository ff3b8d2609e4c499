import { BlockList, isIP, isIPv6 } from "node:net"
import { SettingsInvalid } from "@sluice/core/settings/Settings"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** An HTTP proxy and its credentials. */
export class Proxy extends Schema.Class<Proxy>("Proxy")({
  /** Whether the connection to the proxy itself is encrypted. */
  secure: Schema.Boolean,
  /** A name or an address. An IPv6 address has no brackets. */
  host: Schema.String,
  port: Schema.Int,
  /** The value of `Proxy-Authorization`. */
  authorization: Schema.UndefinedOr(Schema.Redacted(Schema.String))
}) {
  /** `proxy.example:3128`, without credentials. */
  get name(): string {
    return authorityOf(this.host, this.port)
  }
}

/** The proxies for requests to one host, by the scheme of the request. */
export const Proxies = Schema.Struct({ http: Schema.UndefinedOr(Proxy), https: Schema.UndefinedOr(Proxy) })
export type Proxies = typeof Proxies.Type

/** The proxies as a thread receives them. */
export const encode = Schema.encodeSync(Proxies)
export const decode = Schema.decodeUnknownSync(Proxies)

export const none: Proxies = { http: undefined, https: undefined }

/**
 * Reads the proxies for an API from the environment: `HTTP_PROXY`, `HTTPS_PROXY` and, for both, `ALL_PROXY`, except for the hosts in
 * `NO_PROXY`. Lower-case names come first, as in curl. Requests to this machine never use a proxy. Fails if a needed proxy is not
 * understood.
 */
export const forApi = Effect.fn("Proxies.forApi")(function* (url: URL): Effect.fn.Return<Proxies, SettingsInvalid> {
  const [noProxy] = yield* variable("NO_PROXY")
  const problems: Array<string> = []
  const proxyFor = Effect.fnUntraced(function* (scheme: "http" | "https", port: number) {
    const [text, name] = yield* variable(`${scheme.toUpperCase()}_PROXY`, "ALL_PROXY")
    if (text === "" || isExcepted(hostOf(url), url.port === "" ? port : Number(url.port), noProxy)) return undefined
    const parsed = parse(text)
    if (Either.isRight(parsed)) return parsed.right
    problems.push(`${name} in the environment ${parsed.left}`)
    return undefined
  })
  // A redirect can lead from http to https, never back.
  const https = yield* proxyFor("https", 443)
  const proxies = { http: url.protocol === "http:" ? yield* proxyFor("http", 80) : undefined, https }
  return problems.length === 0 ? proxies : yield* new SettingsInvalid({ problems: [...new Set(problems)] })
})

/** The first variable that is not empty, and its name. */
const variable = Effect.fnUntraced(function* (...names: ReadonlyArray<string>) {
  for (const name of names.flatMap((name) => [name.toLowerCase(), name])) {
    const text = yield* Effect.orElseSucceed(Config.string(name), () => "")
    if (text.trim() !== "") return [text.trim(), name] as const
  }
  return ["", ""] as const
})

/** Reads the URL of a proxy. Without a scheme it is http. The error does not repeat the URL. */
export const parse = (text: string): Either.Either<Proxy, string> => {
  const whole = text.includes("://") ? text : `http://${text}`
  if (!URL.canParse(whole)) return Either.left(`is not a URL. ${form}`)
  const url = new URL(whole)
  if (url.protocol !== "http:" && url.protocol !== "https:") return Either.left(`is not an HTTP proxy. ${form}`)
  if (url.pathname.length > 1 || url.search !== "" || url.hash !== "" || url.port === "0") {
    return Either.left(`has more than a host and a port. ${form}`)
  }
  const secure = url.protocol === "https:"
  const [user, password] = [unescaped(url.username), unescaped(url.password)]
  if (user === undefined || password === undefined) return Either.left("has a % that begins no escape.")
  const authorization =
    `${user}${password}` === "" ? undefined : Redacted.make(`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`)
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port)
  return Either.right(new Proxy({ secure, host: hostOf(url), port, authorization }))
}

const form = "Use http://host:port or http://user:password@host:port, or except the API's host with NO_PROXY."

/**
 * Whether `NO_PROXY` lists a host: `*`, a domain with its subdomains (`example.com`, `.example.com`, `*.example.com`), an address or a
 * network (`10.0.0.0/8`), each with an optional port.
 */
export const isExcepted = (host: string, port: number, noProxy: string): boolean =>
  isLoopback(host) || noProxy.split(/[\s,]+/).some((entry) => entry !== "" && matches(entry.toLowerCase(), host, port))

const matches = (entry: string, host: string, port: number): boolean => {
  if (entry === "*") return true
  const [, network = "", bits] = /^(.*)\/(\d{1,3})$/.exec(entry) ?? []
  if (bits !== undefined) return isWithin(host, network, Number(bits))
  const [, name = entry, only] = isIPv6(entry) ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? [])
  const domain = name.replace(/^\[|\]$/g, "").replace(/^\*?\./, "")
  return (only === undefined || Number(only) === port) && (host === domain || host.endsWith(`.${domain}`))
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || isWithin(host, "127.0.0.0", 8)

const isWithin = (host: string, network: string, bits: number): boolean => {
  const family = isIP(host)
  if (family === 0 || isIP(network) !== family || bits > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(network, bits, family === 4 ? "ipv4" : "ipv6")
  return list.check(host, family === 4 ? "ipv4" : "ipv6")
}

/** `host:port`, with an IPv6 address in brackets. */
export const authorityOf = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").toLowerCase()

const unescaped = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
