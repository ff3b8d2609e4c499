import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { message } from "../../../assets/test/support/sources.ts"
import { emptyDirectory, sluice } from "../support.ts"

const directory = emptyDirectory()
const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.pem")]
let url = ""

beforeAll(async () => {
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
  const files = ["-keyout", key, "-out", certificate]
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...names, ...files], {
    stdio: "ignore"
  })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    // Node takes no more than 16 KB of headers, unless it is told to.
    const long = request.url?.startsWith("/long") ? { "x-long": "x".repeat(20_000) } : {}
    response.writeHead(200, { "content-type": "application/json", ...long }).end(JSON.stringify([message()]))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  url = `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`
})

/** The outcomes of reading messages over TLS, without threads and with one. */
const read = (env: Readonly<Record<string, string>>, path = "") =>
  Promise.all(
    ["0", "1"].map(async (threads) => {
      const settings = { SPARK_API_URL: `${url}${path}`, SLUICE_READING_THREADS: threads, ...env }
      const { code, stderr } = await sluice(emptyDirectory(), ["materialize", "messages_raw"], settings)
      return `${code} ${stderr.match(/DEPTH_ZERO_SELF_SIGNED_CERT|HPE_HEADER_OVERFLOW/)?.[0] ?? ""}`.trim()
    })
  )

it("threads trust the certificates that the process trusts, and no others", async () => {
  const trusting = await read({ NODE_EXTRA_CA_CERTS: certificate })
  const careless = await read({ NODE_TLS_REJECT_UNAUTHORIZED: "0" })
  const strict = await read({})
  expect({ trusting, careless, strict }).toEqual({
    trusting: ["0", "0"],
    careless: ["0", "0"],
    strict: ["1 DEPTH_ZERO_SELF_SIGNED_CERT", "1 DEPTH_ZERO_SELF_SIGNED_CERT"]
  })
}, 120_000)

it("options of Node's for its network hold in threads", async () => {
  const usual = await read({ NODE_EXTRA_CA_CERTS: certificate }, "/long")
  const options = { NODE_EXTRA_CA_CERTS: certificate, NODE_OPTIONS: "--max-http-header-size=40000" }
  expect([usual, await read(options, "/long")]).toEqual([
    ["1 HPE_HEADER_OVERFLOW", "1 HPE_HEADER_OVERFLOW"],
    ["0", "0"]
  ])
}, 120_000)
