import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Proxies from "./Proxies.ts"

/** Node's servers, like many others, close a connection after five idle seconds. */
const connections = { keepAlive: true, timeout: 4_000 }

/**
 * Sends requests to the API with Node's `http`. It neither follows redirects nor decompresses bodies, because the source does
 * both. Idle connections are kept for a few seconds, and closed before a server closes them: a connection that closes during a
 * request is an error. With proxies, requests go through them.
 */
export const layer = ({ http, https }: Proxies.Proxies) =>
  NodeHttpClient.layerWithoutAgent.pipe(
    Layer.provide(
      http === undefined && https === undefined ? NodeHttpClient.makeAgentLayer(connections) : through({ http, https })
    )
  )

const through = ({ http, https }: Proxies.Proxies) =>
  Layer.scoped(
    NodeHttpClient.HttpAgent,
    Effect.gen(function* () {
      const direct = yield* NodeHttpClient.makeAgent(connections)
      const ProxyAgents = yield* Effect.promise(() => import("./ProxyAgents.ts"))
      const destroyed = <A extends { readonly destroy: () => void }>(make: () => A) =>
        Effect.acquireRelease(Effect.sync(make), (agent) => Effect.sync(() => agent.destroy()))
      return {
        ...direct,
        ...(http === undefined ? {} : { http: yield* destroyed(() => ProxyAgents.forwarding(http, connections)) }),
        ...(https === undefined ? {} : { https: yield* destroyed(() => ProxyAgents.tunneling(https, connections)) })
      }
    })
  )
