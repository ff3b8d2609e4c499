import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import * as http from "node:http"
import * as https from "node:https"
import { type AddressInfo, connect, type Server } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { message } from "../../../assets/test/support/sources.ts"
import { emptyDirectory, sluice } from "../support.ts"

const directory = emptyDirectory()
const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.pem")]
const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.close()
    if (server instanceof http.Server) server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** What the proxy was asked, in order. */
let asked: Array<string> = []
/** What the API was asked: whether its own token came, and whether the proxy's credentials did. */
let headers: Array<readonly [authorization: string | undefined, proxy: string | undefined]> = []
const ports = { http: 0, https: 0, proxy: 0, secureProxy: 0 }

/** The API, as a host that only the proxy can find. */
const api: http.RequestListener = (request, response) => {
  headers.push([request.headers.authorization, request.headers["proxy-authorization"]])
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify([message()]))
}

const credentials = `Basic ${Buffer.from("us@er:canary").toString("base64")}`

const proxies = (server: http.Server): http.Server =>
  server
    .on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
      asked.push(`${request.method} ${request.url}`)
      if (request.headers["proxy-authorization"] !== credentials) return response.writeHead(407).end()
      const { pathname, search } = new URL(request.url ?? "")
      const { "proxy-authorization": _own, ...others } = request.headers
      const forwarded = http.request(
        { host: "127.0.0.1", port: ports.http, path: pathname + search, headers: others },
        (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers))
      )
      return forwarded.end()
    })
    .on("connect", (request, client) => {
      asked.push(`${request.method} ${request.url}`)
      if (request.headers["proxy-authorization"] !== credentials) {
        return client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
      }
      const server = connect(ports.https, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n")
        server.pipe(client).pipe(server)
      })
      for (const end of [client, server]) end.on("error", () => {})
      return server
    })

beforeAll(async () => {
  const names = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:api.example,IP:127.0.0.1"]
  const files = ["-keyout", key, "-out", certificate]
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...names, ...files], {
    stdio: "ignore"
  })
  const tls = { key: readFileSync(key), cert: readFileSync(certificate) }
  ports.http = await listening(http.createServer(api))
  ports.https = await listening(https.createServer(tls, api))
  ports.proxy = await listening(proxies(http.createServer()))
  ports.secureProxy = await listening(proxies(https.createServer(tls)))
})

beforeEach(() => {
  asked = []
  headers = []
})

/** Reads the messages of an API, without threads and with one; answers how each ended. */
const read = (url: string, env: Readonly<Record<string, string>>) =>
  Promise.all(
    ["0", "1"].map(async (threads) => {
      const settings = { SPARK_API_URL: url, SPARK_API_TOKEN: "token", SLUICE_READING_THREADS: threads }
      const trust = { NODE_EXTRA_CA_CERTS: certificate }
      const { code, stderr } = await sluice(emptyDirectory(), ["materialize", "messages_raw"], {
        ...settings,
        ...trust,
        ...env
      })
      return [code, stderr] as const
    })
  )

it.each(["proxy", "secureProxy"] as const)(
  "an API is asked through the %s of its scheme, by threads too, and the first line says so",
  async (kind) => {
    const [scheme, port] = [kind === "proxy" ? "http" : "https", ports[kind]]
    const url = `${scheme}://us%40er:canary@127.0.0.1:${port}`
    const env = { HTTP_PROXY: url, ALL_PROXY: url }
    const plain = await read("http://api.example:8080/v1", env)
    const plainAsked = asked
    asked = []
    const secure = await read("https://api.example/v1", env)
    const first = [...plain, ...secure].map(([, stderr]) => stderr.split(" and ")[0])
    const through = `through the proxy 127.0.0.1:${port}`
    expect({
      codes: [...plain, ...secure].map(([code]) => code),
      first,
      plainAsked: [...new Set(plainAsked.map((line) => line.replace(/page=\d+/, "page=N")))],
      asked: [...new Set(asked)],
      headers: [...new Set(headers.map((each) => JSON.stringify(each)))],
      secrets: [...plain, ...secure].filter(([, stderr]) => /canary|us@er|us%40er/.test(stderr)).length
    }).toEqual({
      codes: [0, 0, 0, 0],
      first: [
        ...[1, 2].map(() => `Using the API at http://api.example:8080/v1 ${through}`),
        ...[1, 2].map(() => `Using the API at https://api.example/v1 ${through}`)
      ],
      plainAsked: ["GET http://api.example:8080/v1/messages?page=N&limit=5000"],
      asked: ["CONNECT api.example:443"],
      headers: [JSON.stringify(["Bearer token", null])],
      secrets: 0
    })
  },
  60_000
)

it("a host that NO_PROXY excepts, and this machine itself, are asked directly", async () => {
  const proxy = `http://127.0.0.1:${ports.proxy}`
  const [local, excepted] = await Promise.all([
    read(`http://127.0.0.1:${ports.http}`, { HTTP_PROXY: proxy }),
    read("https://api.example", { https_proxy: proxy, no_proxy: ".example" })
  ])
  expect([
    asked,
    local.map(([code]) => code),
    excepted.map(([code, stderr]) => [code, /ENOTFOUND|EAI_AGAIN/.test(stderr)])
  ]).toEqual([
    [],
    [0, 0],
    [
      [1, true],
      [1, true]
    ]
  ])
}, 120_000)

it("a proxy that refuses or is not there is named as such, and one that is malformed is refused before the run", async () => {
  const ends = async (url: string, proxy: string) => {
    const all = await read(url, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy })
    return all.map(([code, stderr]) => [
      code,
      stderr.match(/(?:did not get through the proxy: [^.]*|HTTPS?_PROXY in [^.]*)\./)?.[0]
    ])
  }
  const refused =
    "did not get through the proxy: it wants a user and a password (407), as in http://user:password@host:port."
  const gone = "did not get through the proxy: the connection was refused (ECONNREFUSED)."
  expect(
    await Promise.all([
      ends("http://api.example", `http://127.0.0.1:${ports.proxy}`),
      ends("https://api.example", `http://127.0.0.1:${ports.proxy}`),
      ends("http://api.example", "http://127.0.0.1:1"),
      ends("https://api.example", "http://127.0.0.1:1"),
      ends("https://api.example", "socks5://us:canary@127.0.0.1:1")
    ])
  ).toEqual(
    [
      [1, refused],
      [1, refused],
      [1, gone],
      [1, gone],
      [2, "HTTPS_PROXY in the environment is not an HTTP proxy."]
    ].map((end) => [end, end])
  )
}, 60_000)
