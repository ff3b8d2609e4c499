import * as http from "node:http"
import * as https from "node:https"
import * as net from "node:net"
import type { Duplex } from "node:stream"
import * as tls from "node:tls"
import * as NetworkCode from "@sluice/rest-source/source/NetworkCode"
import * as Redacted from "effect/Redacted"
import * as nodeAgent from "../internal/nodeAgent.ts"
import { authorityOf, type Proxy } from "./Proxies.ts"

/** Sends http requests through a proxy. Each request line has the whole URL (RFC 9112, section 3.2.2). */
export const forwarding = (proxy: Proxy, options: http.AgentOptions): http.Agent =>
  nodeAgent.beforeEach(new ForwardingAgent(proxy, options), (request) => {
    request.path = `http://${request.getHeader("host")}${request.path}`
    for (const [name, value] of Object.entries(credentials(proxy))) request.setHeader(name, value)
  })

/** Sends https requests through tunnels that a proxy opens (CONNECT; RFC 9110, section 9.3.6), so that it sees none of them. */
export const tunneling = (proxy: Proxy, options: https.AgentOptions): https.Agent => new TunnelingAgent(proxy, options)

class ForwardingAgent extends http.Agent {
  readonly #proxy: Proxy

  constructor(proxy: Proxy, options: http.AgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  override createConnection(options: http.ClientRequestArgs): Duplex {
    const { host, port, secure } = this.#proxy
    const to = { timeout: options.timeout, host, port }
    const socket = secure ? tls.connect({ ...to, servername: serverName(host) }) : net.connect(to)
    const fails = (error: NodeJS.ErrnoException) => {
      error.code = NetworkCode.ofProxy(error.code)
    }
    socket.prependOnceListener("error", fails)
    socket.once(secure ? "secureConnect" : "connect", () => socket.off("error", fails))
    return socket
  }
}

class TunnelingAgent extends https.Agent {
  readonly #proxy: Proxy

  constructor(proxy: Proxy, options: https.AgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  override createConnection(options: https.RequestOptions, created?: nodeAgent.Created): undefined {
    const { host, port, secure } = this.#proxy
    const target = authorityOf(String(options.host), Number(options.port))
    const fail = (code: string | undefined) =>
      nodeAgent.fail(created, Object.assign(new Error("the proxy opened no tunnel"), { code: NetworkCode.ofProxy(code) }))
    const request = (secure ? https : http).request({
      ...{ host, port, servername: serverName(host), agent: false },
      ...{ method: "CONNECT", path: target, headers: { host: target, ...credentials(this.#proxy) } }
    })
    request.once("error", (error: NodeJS.ErrnoException) => fail(error.code))
    request.once("connect", ({ statusCode }, socket) => {
      const tunneled: https.RequestOptions & Pick<tls.ConnectionOptions, "socket"> = { ...options, socket }
      if (statusCode === 200) return created?.(null, super.createConnection(tunneled) ?? socket)
      socket.destroy()
      fail(String(statusCode))
    })
    request.end()
  }
}

/** The server name of a TLS connection. An address has none (RFC 6066, section 3). */
const serverName = (host: string): string => (net.isIP(host) === 0 ? host : "")

const credentials = ({ authorization }: Proxy): Readonly<Record<string, string>> =>
  authorization === undefined ? {} : { "proxy-authorization": Redacted.value(authorization) }
