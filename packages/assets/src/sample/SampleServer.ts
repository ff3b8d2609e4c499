import * as HttpServer from "@effect/platform/HttpServer"
import { UsageError } from "@sluice/cli/CliError"
import * as Effect from "effect/Effect"
import * as dataset from "./dataset.ts"

/** How many rows to generate, from which seed. */
export interface Size {
  readonly users: number
  readonly messages: number
  readonly seed: number
}

/**
 * Serves the sample API on the loopback interface until the scope closes: generated data of a size, or the bundled data. The
 * server's code is loaded here and nowhere else. Port 0 is a free one.
 */
export const start = Effect.fn("SampleServer.start")(function* (options: {
  readonly size: Size | undefined
  readonly port: number
}) {
  const [Http, NodeHttpServer, SampleApi] = yield* Effect.promise(() =>
    Promise.all([import("node:http"), import("@effect/platform-node/NodeHttpServer"), import("./SampleApi.ts")])
  )
  const node = Http.createServer()
  const server = yield* NodeHttpServer.make(() => node, { host: "127.0.0.1", port: options.port }).pipe(
    Effect.mapError(
      () =>
        new UsageError({
          detail: `Port ${options.port} cannot be used; something else may listen on it. Choose another --port.`
        })
    )
  )
  yield* SampleApi.closePromptly(node)
  const url = yield* Effect.provideService(
    SampleApi.serve(options.size === undefined ? {} : { generated: options.size }),
    HttpServer.HttpServer,
    server
  )
  const { users, messages } = options.size ?? { users: dataset.users.count, messages: dataset.messages.count }
  return { url, users, messages }
})
