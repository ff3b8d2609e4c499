import * as HttpServer from "@effect/platform/HttpServer"
import { UsageError } from "@sluice/cli/CliError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as dataset from "./dataset.ts"

/** The number of generated rows, and the seed. */
export interface Size {
  readonly users: number
  readonly messages: number
  readonly seed: number
}

/**
 * Serves the sample API on the loopback interface until the scope closes: generated data of a size, or the bundled data. Only
 * this function loads the server's code. Port 0 is a free one.
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
    Effect.mapError(({ cause }) => new UsageError({ detail: problemOf(options.port, cause) }))
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

/** Says why the server cannot listen on a port. Port 0 is a free one, which the system chooses. */
export const problemOf = (port: number, cause: unknown): string => {
  const code = Predicate.hasProperty(cause, "code") ? String(cause.code) : "UNKNOWN"
  if (code === "EMFILE" || code === "ENFILE") {
    return `The sample API cannot be served: this process may open no more files (${code}). Raise its limit (\`ulimit -n 256\`), then run it again.`
  }
  if (port === 0) return `The sample API cannot be served: the system has no free port on 127.0.0.1 (${code}).`
  return code === "EACCES"
    ? `Port ${port} cannot be used: this user may not listen on it (EACCES). Choose a --port above 1023.`
    : `Port ${port} cannot be used (${code}). Another program may listen on it: choose another --port.`
}
