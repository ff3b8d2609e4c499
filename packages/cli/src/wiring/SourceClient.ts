import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"

/** Node's own servers, and many others, give up a connection that was not used for five seconds. */
const idleConnectionMillis = 4_000

/**
 * How the API is asked: by Node's own `http`, which follows no redirect and unpacks no body by itself. What the pipeline wants
 * of either, its source says. Connections are used again, and given up after a few seconds without use, before a server
 * gives them up: one that closes while a request is on its way is an error.
 */
export const layer = NodeHttpClient.layerWithoutAgent.pipe(
  Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true, timeout: idleConnectionMillis }))
)
