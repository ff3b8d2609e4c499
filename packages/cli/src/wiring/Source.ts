import { availableParallelism } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import { SparkApi } from "@sluice/assets/SparkApi"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Proxies from "./Proxies.ts"
import * as SampleServer from "./SampleServer.ts"
import type { Settings } from "./Settings.ts"
import * as ThisProcess from "./ThisProcess.ts"

/**
 * The API that the settings name, or the sample API, served by this process for as long as the layer lives.
 * The client's code is loaded here and nowhere else.
 */
export const layer = (settings: Settings) =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const url = settings.apiUrl ?? new URL((yield* SampleServer.start({ size: undefined, port: 0 })).url)
      const SourceClient = yield* Effect.promise(() => import("./SourceClient.ts"))
      return SparkApi.layer({
        url,
        token: settings.apiToken,
        pageSize: settings.pageSize,
        fetchAhead: settings.fetchAhead,
        maxBytes: settings.maxAnswerBytes
      }).pipe(Layer.provide(SourceClient.layer(settings.proxies)), Layer.provide(yield* threads(settings)))
    })
  )

/**
 * Where answers are fetched and read: in threads, if there are processors to spare and `scripts/assets.cjs` has built what
 * threads run.
 */
const threads = Effect.fnUntraced(function* ({ proxies, readingThreads }: Settings) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* Effect.option(Effect.flatMap(Config.string("SLUICE_THREAD_CODE"), (path) => fs.realPath(path)))
  const threads = readingThreads ?? Math.min(2, availableParallelism() - 1)
  if (threads === 0 || Option.isNone(file)) return Layer.empty
  const ReadingThreads = yield* Effect.promise(() => import("@sluice/rest-source/threads/ReadingThreads"))
  const bytesInPlace = readingThreads === undefined ? 256 * 1024 : 0
  return ReadingThreads.layer({
    file: file.value,
    env: yield* ThisProcess.forThreads,
    workerData: Proxies.encode(proxies),
    threads,
    bytesInPlace
  })
})

/** For runs that materialize nothing, and so never ask. */
export const none: Layer.Layer<SparkApi> = Layer.suspend(() => {
  const asked = Stream.dieMessage("the API was asked by a run that materializes nothing")
  const none = { pages: asked, since: () => asked }
  return Layer.succeed(SparkApi, { users: none, messages: none })
})
