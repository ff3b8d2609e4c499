import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Proxies from "./Proxies.ts"

/** Node's own servers, and many others, give up a connection that was not used for five seconds. */
const connections = { keepAlive: true, timeout: 4_000 }

/**
 * How the API is asked: by Node's own `http`, which follows no redirect and unpacks no body by itself. What the pipeline wants
 * of either, its source says. Connections are used again, and given up after a few seconds without use, before a server
 * gives them up: one that closes while a request is on its way is an error. With proxies, requests go through them.
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
