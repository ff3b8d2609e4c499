import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Proxies from "@sluice/cli/wiring/Proxies"
import * as ReadingThreads from "@sluice/rest-source/threads/ReadingThreads"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as esbuild from "esbuild"

/** A directory with the threads' code, and with broken code that ends at the first address. */
export class Code extends Context.Tag("test/Code")<Code, { readonly file: string; readonly dying: string }>() {
  static readonly layer = Layer.scoped(
    Code,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const [file, dying] = [join(directory, "thread.cjs"), join(directory, "dying.cjs")]
      yield* Effect.promise(() =>
        esbuild.build({
          absWorkingDir: fileURLToPath(new URL("../../../..", import.meta.url)),
          entryPoints: ["packages/assets/src/definitions.thread.ts"],
          outfile: file,
          bundle: true,
          platform: "node",
          format: "cjs",
          logLevel: "silent"
        })
      )
      yield* fs.writeFileString(
        dying,
        `require("node:worker_threads").parentPort.on("message", (request) => {
          if (request._tag === "Fetch") throw new RangeError(request.url + request.token)
        })`
      )
      return { file, dying }
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))

  /** Threads that read everything, from the first byte on. */
  static readonly threads = (options: Partial<ReadingThreads.Options> = {}) =>
    Layer.unwrapEffect(
      Effect.map(Code, ({ file }) =>
        ReadingThreads.layer({
          file,
          env: {},
          workerData: Proxies.encode(Proxies.none),
          threads: 2,
          bytesInPlace: 0,
          ...options
        })
      )
    )
}
